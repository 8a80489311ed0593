import { MarkupKind, type MarkupContent } from 'vscode-languageserver';

export const markdown = (value: string): MarkupContent => ({ kind: MarkupKind.Markdown, value });
