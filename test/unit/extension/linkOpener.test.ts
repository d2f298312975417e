import { beforeEach, expect, it, vi } from 'vitest';
import { openLink } from '../../../src/extension/chat/linkOpener';
import { stubMessages, stubOpened } from '../../support/vscodeStub';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

beforeEach(() => {
  stubOpened.length = 0;
  stubMessages.length = 0;
});

it.each(['https://example.com/a?b=c#d', 'http://example.com/', 'mailto:someone@example.com'])(
  'opens %s outside',
  async (href) => {
    await openLink(href);
    expect(stubOpened).toEqual([href]);
    expect(stubMessages).toEqual([]);
  },
);

it.each([
  ['https://bank.test@evil.test/login', 'https://evil.test/login'],
  ['https://b\u0430nk.test/login', 'https://xn--bnk-6cd.test/login'],
  ['https://\uff42ank.test/', 'https://bank.test/'],
  ['https://canary.test/\u202eknab', 'https://canary.test/%E2%80%AEknab'],
])('opens %s as what it is, so that the question before shows it', async (href, real) => {
  await openLink(href);
  expect(stubOpened).toEqual([real]);
});

it.each([
  'command:workbench.action.quit',
  'vscode://rejoin.rejoin/x',
  'vscode-insiders://x',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'blob:https://example.com/1',
  'vbscript:x',
  'about:blank',
  '//example.com',
  'example.com',
  '',
])('refuses %j and says so', async (href) => {
  await openLink(href);
  expect(stubOpened).toEqual([]);
  expect(stubMessages).toHaveLength(1);
});
