import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';

/** How a step of a dialogue ended without a value. */
export const wentBack = Symbol('back');
export const cancelled = Symbol('cancelled');
export type StepResult<T> = T | typeof wentBack | typeof cancelled;

export interface StepFrame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
  /** Ends the dialogue when the focus moves, for one in which nothing has to be fetched from elsewhere. */
  readonly closesOnFocusOut?: boolean;
}

export interface InputStep extends StepFrame {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly password?: boolean;
  /** The fault of a value, as a sentence. */
  readonly validate?: (value: string) => string | undefined;
}

export interface PickStep<T extends vscode.QuickPickItem> extends StepFrame {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** Has the focus to begin with; the first one unless given. */
  readonly active?: T;
}

/** Asks for a text. Stays open when the focus moves, so that a key can be fetched from elsewhere, unless told otherwise. */
export function askForText(step: InputStep): Promise<StepResult<string>> {
  const store = new DisposableStore();
  const input = store.add(vscode.window.createInputBox());
  showFrame(input, step);
  input.prompt = step.prompt;
  input.value = step.value ?? '';
  input.placeholder = step.placeholder;
  input.password = step.password ?? false;
  return new Promise<StepResult<string>>((resolve) => {
    store.add(input.onDidTriggerButton(() => resolve(wentBack)));
    store.add(input.onDidHide(() => resolve(cancelled)));
    store.add(
      input.onDidChangeValue(() => {
        input.validationMessage = undefined;
      }),
    );
    store.add(
      input.onDidAccept(() => {
        const fault = step.validate?.(input.value.trim());
        if (fault === undefined) {
          resolve(input.value.trim());
        } else {
          input.validationMessage = fault;
        }
      }),
    );
    input.show();
  }).finally(() => store.dispose());
}

/** Asks for one of several items. */
export function askForItem<T extends vscode.QuickPickItem>(step: PickStep<T>): Promise<StepResult<T>> {
  return runPicker(step, false, (picker) => picker.selectedItems[0]);
}

/** Asks for any number of items, at least one. The only one there is comes with its check mark set. */
export function askForItems<T extends vscode.QuickPickItem>(step: PickStep<T>): Promise<StepResult<readonly T[]>> {
  return runPicker(step, true, (picker) => (picker.selectedItems.length > 0 ? picker.selectedItems : undefined));
}

/** `choose` tells the result at Enter; undefined keeps the list open. */
function runPicker<T extends vscode.QuickPickItem, R>(
  step: PickStep<T>,
  canSelectMany: boolean,
  choose: (picker: vscode.QuickPick<T>) => R | undefined,
): Promise<StepResult<R>> {
  const store = new DisposableStore();
  const picker = store.add(vscode.window.createQuickPick<T>());
  showFrame(picker, step);
  picker.placeholder = step.placeholder;
  picker.canSelectMany = canSelectMany;
  picker.items = step.items;
  if (canSelectMany && step.items.length === 1) {
    picker.selectedItems = step.items;
  }
  if (step.active !== undefined) {
    picker.activeItems = [step.active];
  }
  picker.matchOnDescription = true;
  return new Promise<StepResult<R>>((resolve) => {
    store.add(picker.onDidTriggerButton(() => resolve(wentBack)));
    store.add(picker.onDidHide(() => resolve(cancelled)));
    store.add(
      picker.onDidAccept(() => {
        const result = choose(picker);
        if (result !== undefined) {
          resolve(result);
        }
      }),
    );
    picker.show();
  }).finally(() => store.dispose());
}

function showFrame(input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>, frame: StepFrame): void {
  input.title = frame.title;
  input.step = frame.step;
  input.totalSteps = frame.totalSteps;
  input.ignoreFocusOut = frame.closesOnFocusOut !== true;
  input.buttons = frame.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}
