import { expect, it, vi } from 'vitest';
import { conversationAsMarkdown } from '../../../src/extension/chat/conversationMarkdown';
import { LogBuilder } from '../../webview/support/conversation';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

it('copies what was said, calls of skills too, and nothing that was for the model only', () => {
  const log = new LogBuilder();
  log.add({ type: 'system_context', content: 'An hour passed.' });
  log.add({ type: 'skill_invocation', name: 'review', arguments: 'the diff', content: 'Review the diff.' });
  log.text('**Fine.**');
  log.user('Thanks');
  expect(conversationAsMarkdown({ title: 'Harbour' }, log.events)).toBe(
    '# Harbour\n\n## You\n\n/review the diff\n\n## Assistant\n\n**Fine.**\n\n## You\n\nThanks\n',
  );
});
