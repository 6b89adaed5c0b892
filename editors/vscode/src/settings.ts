// What the user set, and where graft-ls is. Refuses all that a workspace says: its settings come with the code and may name
// servers, keys and programs. What a project may say stands in its .graft.toml, which graft-ls itself judges.
import { existsSync } from "fs";
import { homedir } from "os";
import * as path from "path";
import { workspace } from "vscode";

// A declared scope guards declared names only, and `graft.providers.any.base_url` is none: hence the user's own layer alone.
const ofUser = () => workspace.getConfiguration().inspect<Record<string, unknown>>("graft")?.globalValue ?? {};

/** The settings for graft-ls. The empty table says that nothing is set any more, where graft-ls would keep what was. */
export function forServer(): Record<string, unknown> {
  const { path: _, ...settings } = ofUser();
  return { providers: {}, ...settings, ...(workspace.isTrusted ? {} : { trust: false }) };
}

/** The graft-ls that the user named, else the first on the PATH or where cargo installs. */
export function findServer(): { found?: string; sought: string } {
  const named = String(ofUser().path ?? "").replace(/^~(?=[/\\])/, homedir());
  const name = process.platform === "win32" ? "graft-ls.exe" : "graft-ls";
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), path.join(homedir(), ".cargo", "bin")];
  const files = named ? [named] : folders.map((folder) => path.join(folder, name));
  // A relative path would mean a program of the project that is open.
  return { found: files.filter(path.isAbsolute).find(existsSync), sought: named ? `at ${named}` : "on the PATH" };
}
