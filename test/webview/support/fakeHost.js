// Runs in the page before the view: stands for VS Code and the extension host. A test scripts it through `window.host`.
(() => {
  const host = {
    snapshot: null,
    /** Every request of the view, in order. */
    requests: [],
    /** Answers by method: a value, or a function of the params; one that throws refuses with its message. */
    answers: {
      'session/loadOlder': ({ before }) => {
        const all = window.scriptedLog ?? [];
        const end = all.findIndex((event) => event.id === before);
        return { events: all.slice(Math.max(0, end - 100), end), hasOlder: end > 100 };
      },
    },
    violations: [],
    longTasks: [],
    epoch: 1,
    seq: 0,
    send(message) {
      window.dispatchEvent(new MessageEvent('message', { data: structuredClone(message) }));
    },
    notify(method, params) {
      host.seq += 1;
      host.send({ kind: 'notification', method, params: { ...params, epoch: host.epoch, seq: host.seq } });
    },
    requestsOf(method) {
      return host.requests.filter((request) => request.method === method).map((request) => request.params);
    },
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    host.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) host.longTasks.push({ start: entry.startTime, ms: entry.duration });
  }).observe({ type: 'longtask', buffered: true });
  const answer = async (message) => {
    if (message.kind !== 'request') return;
    host.requests.push({ method: message.method, params: structuredClone(message.params) });
    await Promise.resolve();
    if (message.method === 'session/ready') {
      host.send({ kind: 'result', id: message.id, result: { ...host.snapshot, epoch: host.epoch, seq: host.seq } });
      return;
    }
    try {
      const scripted = host.answers[message.method];
      const result = typeof scripted === 'function' ? await scripted(message.params) : scripted;
      host.send({ kind: 'result', id: message.id, result });
    } catch (error) {
      host.send({ kind: 'error', id: message.id, error: { code: 'store/io', message: error.message } });
    }
  };
  window.host = host;
  window.acquireVsCodeApi = () => ({ postMessage: (message) => void answer(structuredClone(message)) });
})();
