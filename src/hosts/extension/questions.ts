import * as vscode from 'vscode';

/** One of several questions that a command asks. */
export interface Question {
  /** The key under which the answer is remembered. */
  readonly name: string;
  readonly placeHolder: string;
  /** Called when the question is asked, because the choices may depend on earlier answers. A single choice is taken without asking. */
  readonly choices: () => Promise<readonly Choice[]> | readonly Choice[];
}

export interface Choice extends vscode.QuickPickItem {
  readonly choose: () => void;
}

/** The labels that were chosen last time, keyed by question. */
const LAST = 'questions.last';

/**
 * Asks one question after another, with a way back; the last choice is preselected. Throws a CancellationError if the user cancels.
 * One picker asks them all. One that closed after each answer would give the focus back to a webview, which may take it so late
 * that the next picker loses it and closes.
 */
export async function ask(memory: vscode.Memento, title: string, questions: readonly Question[]): Promise<void> {
  const last = memory.get<Readonly<Record<string, string>>>(LAST, {});
  const chosen: Record<string, string> = {};
  const asked: number[] = [];
  const picker = new Picker(title);
  try {
    for (let i = 0; i < questions.length;) {
      const question = questions[i];
      const choices = await picker.whileOpen(question.choices());
      if (choices.length <= 1) {
        choices[0]?.choose();
        i++;
        continue;
      }
      const choice = await picker.ask(question.placeHolder, choices, last[question.name], asked.length > 0);
      if (choice === BACK) {
        i = asked.pop() ?? 0;
        continue;
      }
      choice.choose();
      chosen[question.name] = choice.label;
      asked.push(i++);
    }
  } finally {
    picker.dispose();
  }
  await memory.update(LAST, { ...last, ...chosen });
}

/** The answer; throws a CancellationError if there is none. */
export function orCanceled<T>(answer: T | undefined): T {
  if (answer === undefined) throw new vscode.CancellationError();
  return answer;
}

const BACK = Symbol('back');

class Picker implements vscode.Disposable {
  readonly #pick = vscode.window.createQuickPick<Choice>();
  /** Rejects with a CancellationError when the picker closes. */
  readonly #closed: Promise<never>;

  constructor(title: string) {
    this.#pick.title = title;
    this.#pick.matchOnDescription = true;
    this.#closed = new Promise((_, reject) => this.#pick.onDidHide(() => reject(new vscode.CancellationError())));
    // It closes in the end, too, when nobody waits for it.
    this.#closed.catch(() => undefined);
  }

  /** The result of a step that takes time. Rejects with a CancellationError if the user closes the picker meanwhile. */
  async whileOpen<T>(step: Promise<T> | T): Promise<T> {
    this.#pick.busy = true;
    try {
      return await Promise.race([this.#closed, step]);
    } finally {
      this.#pick.busy = false;
    }
  }

  async ask(
    placeHolder: string,
    choices: readonly Choice[],
    last: string | undefined,
    canGoBack: boolean,
  ): Promise<Choice | typeof BACK> {
    const pick = this.#pick;
    pick.value = '';
    pick.placeholder = placeHolder;
    pick.items = choices;
    pick.activeItems = [choices.find(({ label }) => label === last) ?? choices[0]];
    pick.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
    pick.show();
    const listeners: vscode.Disposable[] = [];
    const answer = new Promise<Choice | typeof BACK>((resolve) =>
      listeners.push(
        pick.onDidTriggerButton(() => resolve(BACK)),
        pick.onDidAccept(() => {
          if (pick.activeItems.length > 0) resolve(pick.activeItems[0]);
        }),
      ),
    );
    try {
      return await Promise.race([this.#closed, answer]);
    } finally {
      vscode.Disposable.from(...listeners).dispose();
    }
  }

  dispose(): void {
    this.#pick.dispose();
  }
}
