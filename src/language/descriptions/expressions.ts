/** The vocabulary of expressions in markdown. */
import {
  isDerivedField,
  isServiceField,
  isStaticField,
  ROOTS,
  type FieldVocabulary,
  type FunctionVocabulary,
} from '../../spec/cel/vocabulary.ts';

const TYPES: Readonly<Record<string, string>> = { number: 'number', bool: 'true or false', string: 'text' };

export function describeField(of: string, name: string, { type, unit, about }: FieldVocabulary): string {
  const head = `**${of}.${name}**: ${TYPES[type]}${unit === '' ? '' : `, ${unit}`}`;
  const source =
    !isServiceField(name) || of === 'cluster'
      ? 'Observed: the mean over the last scrape, 0 to 15 s old.'
      : isStaticField(name)
        ? 'Given by the Cluster; it has no history.'
        : isDerivedField(name)
          ? 'Computed from what is observed and the Cluster.'
          : ['ready', 'desired', 'failed', 'starting'].includes(name)
            ? 'Observed; the present count.'
            : 'Observed: the mean over the last scrape, 0 to 15 s old.';
  return `${head}\n\n${capital(about)}. ${source}`;
}

export function describeFunction({ signature, about, example }: FunctionVocabulary): string {
  return `\`\`\`cel\n${signature}\n\`\`\`\n\n${about}\n\nFor example: \`${example}\``;
}

export const describeRoot = (name: keyof typeof ROOTS): string => `**${name}**\n\n${capital(ROOTS[name])}.`;

const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;
