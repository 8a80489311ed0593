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

/** Asks one question after another, with a way back; the last choice is preselected. Throws a CancellationError if the user cancels. */
export async function ask(memory: vscode.Memento, title: string, questions: readonly Question[]): Promise<void> {
  const last = memory.get<Readonly<Record<string, string>>>(LAST, {});
  const chosen: Record<string, string> = {};
  const asked: number[] = [];
  for (let i = 0; i < questions.length;) {
    const question = questions[i];
    const choices = await question.choices();
    if (choices.length <= 1) {
      choices[0]?.choose();
      i++;
      continue;
    }
    const choice = await askOne(title, question, choices, last[question.name], asked.length > 0);
    if (choice === BACK) {
      i = asked.pop() ?? 0;
      continue;
    }
    choice.choose();
    chosen[question.name] = choice.label;
    asked.push(i++);
  }
  await memory.update(LAST, { ...last, ...chosen });
}

/** The answer; throws a CancellationError if there is none. */
export function orCanceled<T>(answer: T | undefined): T {
  if (answer === undefined) throw new vscode.CancellationError();
  return answer;
}

const BACK = Symbol('back');

function askOne(
  title: string,
  { placeHolder }: Question,
  choices: readonly Choice[],
  last: string | undefined,
  canGoBack: boolean,
): Promise<Choice | typeof BACK> {
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = title;
  pick.placeholder = placeHolder;
  pick.items = choices;
  pick.matchOnDescription = true;
  pick.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
  const before = choices.find(({ label }) => label === last);
  if (before) pick.activeItems = [before];
  return new Promise((resolve, reject) => {
    pick.onDidTriggerButton(() => {
      resolve(BACK);
      pick.hide();
    });
    pick.onDidAccept(() => {
      if (pick.activeItems.length === 0) return;
      resolve(pick.activeItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      pick.dispose();
      reject(new vscode.CancellationError()); // Of no effect where it is answered.
    });
    pick.show();
  });
}
