/** Texts in the user's language, as in vscode.l10n.t. The page contains the translations; a text without one stays English. */
const translations = readTranslations();

/** Translates a text and replaces {0}, {1}, ... with the values. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = translations[text];
  const pattern = typeof translated === 'string' ? translated : text;
  return pattern.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

function readTranslations(): Record<string, unknown> {
  // There is no page in unit tests.
  const { document } = globalThis as {
    document?: { getElementById(id: string): { textContent: string | null } | null };
  };
  try {
    return JSON.parse(document?.getElementById('translations')?.textContent ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
}
