// The commands of palette and shortcuts, as requests to graft-ls. Refuses to judge what applies where: graft-ls says why not.
import { commands, languages, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { page } from "./pages";

const ACTIONS = ["generate", "refactor", "add-tests", "document", "fix-lint"];
const QUESTIONS: Record<string, string> = {
  generate: "What to write here? Empty: what the signature and the documentation say",
  refactor: "What to change? Empty: clearer and simpler, same behaviour",
};

/** Registers all of them; `server` gives the running client, or says that there is none. */
export function start(server: () => LanguageClient | undefined) {
  const tell = async (name: string, text: (status: any) => string, ...given: object[]) => {
    if (!server()) return;
    const status = commands.executeCommand("graft.status", ...given);
    window.setStatusBarMessage("$(loading~spin) Graft: looking at settings, servers and models", status);
    await window.showTextDocument(page(name, text(await status)));
  };
  return [
    ...ACTIONS.map((action) => commands.registerCommand(`graft.${action}`, (given = {}) => run(server(), action, given))),
    commands.registerCommand("graft.showStatus", () => tell("Graft status.json", (status) => JSON.stringify(status, null, 2))),
    commands.registerCommand("graft.doctor", () => tell("Graft check-up", (status) => status.doctor_text, { doctor: true })),
  ];
}

/** `given` is what a shortcut's `args` say. */
async function run(client: LanguageClient | undefined, action: string, given: { instruction?: string; model?: string }) {
  const editor = window.activeTextEditor;
  if (!client || !editor) return;
  const { document, selection } = editor;
  const { version } = document; // the range belongs to it, however long the question stays open
  const asked = QUESTIONS[action] && given.instruction === undefined;
  const instruction = asked ? await window.showInputBox({ title: `Graft: ${action}`, prompt: QUESTIONS[action] }) : given.instruction;
  if (asked && instruction === undefined) return;
  const here = languages.getDiagnostics(document.uri).filter(({ range }) => range.intersection(selection));
  const { asUri, asRange, asDiagnostics } = client.code2ProtocolConverter;
  const diagnostics = action === "fix-lint" && here.length ? await asDiagnostics(here) : undefined;
  const argument = { action, uri: asUri(document.uri), range: asRange(selection), version, diagnostics, model: given.model };
  await commands.executeCommand("graft.run", { ...argument, instruction: instruction || undefined });
}
