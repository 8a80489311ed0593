/** Texts in the user's language, as vscode.l10n.t does: the page carries the translations; without one, English. */
const translations = readTranslations();

/** {0}, {1}, ... are replaced by the values. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = translations[text];
  const pattern = typeof translated === 'string' ? translated : text;
  return pattern.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

function readTranslations(): Record<string, unknown> {
  // Unit tests have no page.
  const { document } = globalThis as {
    document?: { getElementById(id: string): { textContent: string | null } | null };
  };
  try {
    return JSON.parse(document?.getElementById('translations')?.textContent ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
}
