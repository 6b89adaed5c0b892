// What a test cannot see from outside: the buffers, and another extension's diagnostics. Runs beside Graft's extension, connects
// to the test by the port in GRAFT_TEST_PORT, and speaks JSON lines. Does nothing that a person would do by hand: the browser does.
const net = require("net");
const vscode = require("vscode");

exports.activate = () => {
  const socket = net.connect(Number(process.env.GRAFT_TEST_PORT), "127.0.0.1");
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  const tell = (document) => {
    if (document.uri.scheme === "file" || document.uri.scheme === "graft") {
      send({ event: "text", path: document.uri.path, text: document.getText(), dirty: document.isDirty });
    }
  };
  send({ event: "probe" });
  vscode.workspace.textDocuments.forEach(tell);
  vscode.workspace.onDidOpenTextDocument(tell);
  vscode.workspace.onDidChangeTextDocument(({ document }) => tell(document));
  vscode.workspace.onDidSaveTextDocument(tell);
  vscode.workspace.onDidGrantWorkspaceTrust(() => send({ event: "trusted" }));

  const collection = vscode.languages.createDiagnosticCollection("probe");
  const range = ([line, column, endLine, endColumn]) => new vscode.Range(line, column, endLine ?? line, endColumn ?? column);
  const verbs = {
    async open({ path }) {
      await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
    },
    async behind({ path }) {
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path), { background: true, preview: false });
    },
    select({ at }) {
      const { start, end } = range(at);
      const editor = vscode.window.activeTextEditor;
      editor.selection = new vscode.Selection(start, end);
      editor.revealRange(editor.selection);
    },
    diagnose({ path, diagnostics }) {
      const made = diagnostics.map(({ at, message, code }) => {
        const diagnostic = new vscode.Diagnostic(range(at), message, vscode.DiagnosticSeverity.Warning);
        return Object.assign(diagnostic, { source: "probe", code });
      });
      collection.set(vscode.Uri.file(path), made);
    },
    command({ name, arguments: given }) {
      return vscode.commands.executeCommand(name, ...(given ?? []));
    },
  };

  let unread = "";
  socket.setEncoding("utf8").on("data", async (data) => {
    const lines = (unread + data).split("\n");
    unread = lines.pop();
    for (const { id, verb, ...rest } of lines.map((line) => JSON.parse(line))) {
      try {
        send({ id, result: (await verbs[verb](rest)) ?? null });
      } catch (error) {
        send({ id, error: String(error) });
      }
    }
  });
};
