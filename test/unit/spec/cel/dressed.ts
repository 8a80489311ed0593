/** Rewrites an expression with comments, blanks and line breaks between its tokens, and with its texts in all kinds of quotes. */

const TOKEN = /'[^']*'|"[^"]*"|[A-Za-z_]\w*|\d(?:[\w.]|(?<=e)-)*|&&|\|\||[<>=!]=|\S/g;

const FILLERS = [
  '',
  ' ',
  '\n',
  '\r\n\t',
  " // don't read service.name or settings.load\n",
  "//'''\n",
  ' // "half a text\n  ',
  '// s.name == "b" && /* true */ (\n',
];

/** The same value in other quotes. Names stay whole, so that they can be renamed. */
function textForms(value: string): string[] {
  const escaped = [...value].map((character, i) => {
    const code = character.codePointAt(0) ?? 0;
    const forms = [
      `\\u${code.toString(16).padStart(4, '0')}`,
      `\\x${code.toString(16).padStart(2, '0')}`,
      `\\${code.toString(8).padStart(3, '0')}`,
      `\\U${code.toString(16).padStart(8, '0')}`,
    ];
    return forms[i % forms.length];
  });
  return [
    `'${value}'`,
    `"${value}"`,
    `'''${value}'''`,
    `"""${value}"""`,
    `r'${value}'`,
    `R"${value}"`,
    `r'''${value}'''`,
    `r"""${value}"""`,
    `'${escaped.join('')}'`,
    `"""${escaped.join('')}"""`,
  ];
}

/** Every choice is a number; the same choices give the same text. */
export function dressed(text: string, choices: readonly number[]): string {
  let used = 0;
  const pick = (forms: readonly string[]): string => forms[choices[used++ % choices.length] % forms.length];
  const written = (text.match(TOKEN) ?? []).map((token) =>
    /^['"]/.test(token) ? pick(textForms(token.slice(1, -1))) : token,
  );
  return written.reduce((before, token) => {
    const filler = pick(FILLERS);
    const apart = filler !== '' || !(/\w$/.test(before) && /^[\w'"]/.test(token));
    // Two signs next to each other could form another token.
    const sign = /\/$/.test(before) || (filler === '' && /[-+*%<>=!&|.'"\d]$/.test(before));
    return `${before}${apart && !sign ? filler : ` ${filler}`}${token}`;
  }, '');
}
