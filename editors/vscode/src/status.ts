// The status bar's item: whether graft-ls runs, what it works on, what the last job took. Asks nobody.
import { StatusBarAlignment, window } from "vscode";
import type { HandleWorkDoneProgressSignature } from "vscode-languageclient/node";

const item = Object.assign(window.createStatusBarItem("graft.status", StatusBarAlignment.Right), { name: "Graft", command: "graft.doctor" });
const running = new Map<string | number, string>();

/** Shows why graft-ls does not run, or that it does. */
export function show(problem = ""): typeof item {
  running.clear();
  render(problem ? "error" : "git-pull-request-go-to-changes", problem);
  item.show();
  return item;
}

/** Shows a job's word: "writing · quick · 120 tokens", or at its end "done by claude (deep) for $0.011". */
export const job: HandleWorkDoneProgressSignature = (token, progress) => {
  running.set(token, progress.message ?? running.get(token) ?? "");
  if (progress.kind === "end") running.delete(token);
  const current = [...running.values()].at(-1);
  render(current === undefined ? "git-pull-request-go-to-changes" : "loading~spin", current ?? progress.message ?? "");
};

function render(icon: string, word: string): void {
  // What failed before comes after a comma: the tooltip has room for it.
  item.text = `$(${icon}) Graft${word && `: ${word.split(", ")[0]}`}`;
  item.tooltip = `${word || "Graft"}\nClick for a check-up of settings, servers and models.`;
}
