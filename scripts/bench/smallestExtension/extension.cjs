// What Rejoin is compared with: one view that shows a fixed page without a script, and nothing else.
const vscode = require('vscode');

const page = `<!doctype html><div role="log"><article>This is the newest message.</article></div>`;

function activate(context) {
  context.subscriptions.push(
    vscode.window.registerWebviewViewProvider('smallest.view', {
      resolveWebviewView(view) {
        view.webview.html = page;
      },
    }),
  );
}

module.exports = { activate };
