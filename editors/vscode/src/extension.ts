// Starts graft-ls and connects it with VS Code. Decides nothing about code: graft-ls does, and vscode-languageclient carries it.
import { type ExtensionContext, commands, window, workspace } from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import * as actions from "./commands";
import * as pages from "./pages";
import { findServer, forServer } from "./settings";
import * as status from "./status";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const restart = () => start(context.extension.packageJSON.activationEvents.map((event: string) => event.split(":")[1]));
  context.subscriptions.push(
    status.show(),
    ...pages.start(),
    ...actions.start(running),
    commands.registerCommand("graft.restart", restart),
    workspace.onDidChangeConfiguration((event) =>
      event.affectsConfiguration("graft.path") ? restart() : event.affectsConfiguration("graft") && tellSettings(),
    ),
    workspace.onDidGrantWorkspaceTrust(tellSettings),
  );
  await restart();
}

export const deactivate = () => client?.stop();

async function start(languages: string[]): Promise<void> {
  await client?.dispose();
  const { found, sought } = findServer();
  if (!found) return void missing(`there is no graft-ls ${sought}`);
  const documents = languages.flatMap((language) => ["file", "untitled"].map((scheme) => ({ scheme, language })));
  // graft-ls shows the mistakes of its config where they stand.
  const configs = ["**/.graft.toml", "**/graft/config.toml"].map((pattern) => ({ scheme: "file", pattern }));
  const started: LanguageClient = new LanguageClient("graft", "Graft", { command: found }, {
    documentSelector: [...documents, ...configs],
    initializationOptions: forServer,
    revealOutputChannelOn: RevealOutputChannelOn.Never, // graft-ls shows a message of its own
    middleware: {
      handleWorkDoneProgress: (token, progress, next) => (status.job(token, progress), pages.job(token, progress), next(token, progress)),
      workspace: { handleApplyEdit: (params, next) => pages.review(params, next as any, started) },
    },
  });
  started.onDidChangeState(({ newState }) => status.show(newState === State.Stopped ? "graft-ls does not run" : ""));
  client = started;
  await started.start();
}

const running = () =>
  client?.isRunning() ? client : void window.showErrorMessage('Graft: graft-ls does not run; "Graft: Restart graft-ls" starts it or says why not');

async function missing(what: string): Promise<void> {
  status.show(what);
  const advice = "Install it with `cargo install graft-ls`, or name it in the setting graft.path.";
  const chosen = await window.showErrorMessage(`Graft: ${what}. ${advice}`, "Open settings");
  if (chosen) await commands.executeCommand("workbench.action.openSettings", "graft.path");
}

const tellSettings = () =>
  client?.isRunning() && client.sendNotification("workspace/didChangeConfiguration", { settings: { graft: forServer() } });
