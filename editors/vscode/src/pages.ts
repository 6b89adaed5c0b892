// Read-only pages in VS Code's own editors: the check-up, and an edit as a diff that waits for a yes. Edits nothing itself.
import { type Tab, TabInputTextDiff, Uri, commands, window, workspace } from "vscode";
import { type ApplyWorkspaceEditParams, CreateFile, type LanguageClient, TextDocumentEdit, type TextEdit } from "vscode-languageclient/node";

const texts = new Map<string, string>();
const asked = new Map<string, (yes: boolean) => void>();

export const start = () => [
  workspace.registerTextDocumentContentProvider("graft", { provideTextDocumentContent: ({ path }) => texts.get(path) }),
  ...["apply", "discard"].map((word) => commands.registerCommand(`graft.${word}`, ({ path }: Uri) => asked.get(path)?.(word === "apply"))),
  window.tabGroups.onDidChangeTabs(({ closed }) => closed.forEach((tab) => asked.get(proposedBy(tab))?.(false))),
];

const proposedBy = ({ input }: Tab) => (input instanceof TabInputTextDiff ? input.modified.path : "");

/** The address of a page; a new one each time, as VS Code reads none twice. */
export function page(name: string, text: string): Uri {
  const path = `/${texts.size}/${name}`;
  texts.set(path, text);
  return Uri.from({ scheme: "graft", path });
}

/** The end of a job, whose name is that of its edit's annotation: who cancelled it has said no. */
export const job = (token: unknown, { kind }: { kind: string }) => kind === "end" && asked.forEach((say, path) => path.includes(`/${token}/`) && say(false));

/** Asks by VS Code's diff where an edit needs a yes: its own preview shows no more, and wants a tick for every change. */
export async function review<Params extends ApplyWorkspaceEditParams>(params: Params, next: (params: Params) => any, client: LanguageClient): Promise<any> {
  const { documentChanges = [], changeAnnotations = {} } = params.edit;
  const change = documentChanges.find((each) => TextDocumentEdit.is(each));
  const [id, annotation] = Object.entries(changeAnnotations).find(([, each]) => each.needsConfirmation) ?? [];
  if (!id || !annotation || !change) return next(params);
  const convert = client.protocol2CodeConverter;
  const uri = convert.asUri(change.textDocument.uri);
  const name = uri.path.slice(uri.path.lastIndexOf("/") + 1);
  const document = await workspace.openTextDocument(documentChanges.some(CreateFile.is) ? page(name, "") : uri);
  let text = document.getText();
  for (const { range, newText } of (await convert.asTextEdits(change.edits as TextEdit[])).reverse()) {
    text = text.slice(0, document.offsetAt(range.start)) + newText + text.slice(document.offsetAt(range.end));
  }
  const proposed = page(`${id}/${name}`, text);
  const answer = new Promise<boolean>((resolve) => asked.set(proposed.path, resolve));
  const from = window.activeTextEditor;
  await commands.executeCommand("vscode.diff", document.uri, proposed, annotation.label);
  const yes = await answer.finally(() => asked.delete(proposed.path));
  const shown = window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => proposedBy(tab) === proposed.path);
  const isSeen = shown.some((tab) => tab.isActive);
  await window.tabGroups.close(shown);
  // What VS Code shows next may be a file that it opened behind the diff: a new one that is not saved yet.
  if (isSeen && from) await window.showTextDocument(from.document, from.viewColumn);
  return yes ? next({ ...params, edit: { documentChanges, changeAnnotations: { [id]: { label: annotation.label } } } }) : { applied: false };
}
