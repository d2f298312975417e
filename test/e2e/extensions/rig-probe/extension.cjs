// A small extension that shows the test rig itself works: a command, an application setting, and a webview.
const vscode = require('vscode');

function activate(context) {
  const greeting = () => vscode.workspace.getConfiguration('rigProbe').get('greeting');
  context.subscriptions.push(
    vscode.commands.registerCommand('rigProbe.echo', (...args) => {
      if (args.length === 0) void vscode.window.showInformationMessage('Rig Probe ran');
      return { args, greeting: greeting() };
    }),
    vscode.window.registerWebviewViewProvider('rigProbe.view', {
      resolveWebviewView(view) {
        view.webview.options = { enableScripts: true };
        view.webview.html = `<!doctype html><main id="probe"><textarea aria-label="Message"></textarea></main>`;
      },
    }),
  );
}

module.exports = { activate };
