// Runs in the page before everything else: notes whatever a hostile text must not be able to do.
/* global Node, performance, MutationObserver */
(() => {
  const elements = new Set(
    (
      'div span p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote hr br wbr table thead tbody tr th td strong em del code pre a ' +
      'img button input textarea svg path circle details summary article header footer main section time bdi'
    ).split(' '),
  );
  const attributes = new Set(
    (
      'class dir id title href rel role type disabled checked tabindex start src alt d viewBox focusable fill-rule ' +
      'clip-rule cx cy r stroke-dasharray rows placeholder open datetime data-event-id data-label aria-label aria-live ' +
      'aria-hidden aria-busy aria-pressed aria-expanded aria-selected aria-autocomplete aria-controls aria-describedby aria-labelledby ' +
      'aria-activedescendant maxlength'
    ).split(' '),
  );
  const ids = /^(?:root|model-label|skill-label|queue-title|command-list|composer-note|command-[\w-]+)$/;
  // Direction, tags, zero width, orders to terminals. What belongs to a script or an emoji is judged elsewhere.
  const hidden =
    // eslint-disable-next-line no-control-regex
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e01ef}]/u;
  const flags = /\u{1f3f4}[\u{e0061}-\u{e007a}]{5}\u{e007f}/gu;

  const watch = {
    /** What went wrong, each once, with the first payload that did it. */
    problems: [],
    /** Names of the payloads whose script ran. */
    ran: [],
    /** Of the payload that is shown. */
    name: '',
    /** Hidden characters are looked for as well. */
    revealing: true,
    note(text) {
      if (known.has(text)) return;
      known.add(text);
      if (watch.problems.length < 100) watch.problems.push(`${watch.name}: ${text.slice(0, 300)}`);
    },
    /** Looks at an element, its attributes and all that is in it. */
    look(node) {
      if (node.nodeType === Node.TEXT_NODE) return lookAtText(node);
      if (node.nodeType !== Node.ELEMENT_NODE) return watch.note(`node of type ${node.nodeType}`);
      lookAtElement(node);
      for (const child of node.childNodes) watch.look(child);
    },
    /** Calls back what waits for the next frame, and lets everything that follows from it happen. */
    async frame() {
      const waiting = frames.splice(0);
      for (const [, callback] of waiting) callback(performance.now());
      // Signals and Preact draw in microtasks, each of which may ask for another one.
      for (let turn = 0; turn < 4; turn += 1) await null;
    },
    /** From here on a frame is there when the test asks for one. */
    takeFrames() {
      window.requestAnimationFrame = (callback) => frames.push([(count += 1), callback]) && count;
      window.cancelAnimationFrame = (id) => {
        const index = frames.findIndex(([each]) => each === id);
        if (index >= 0) frames.splice(index, 1);
      };
    },
    /** What must hold at any time, however the page came to be as it is. */
    lookAround() {
      const { activeElement: focused } = document;
      if (![document.body, document.querySelector('textarea')].includes(focused))
        watch.note(`focus at ${focused?.outerHTML}`);
      if (window.acquireVsCodeApi !== ours.acquire) watch.note('acquireVsCodeApi was replaced');
      if (document.getElementById !== ours.getElementById || 'polluted' in {}) watch.note('a prototype was changed');
      if (document.forms.length + document.scripts.length + window.length !== ours.scripts)
        watch.note('a form, script or frame');
      if ([...document.body.children].some((each) => each.id !== 'root' && each.localName !== 'script'))
        watch.note('body');
      if (document.head.childElementCount !== ours.head) watch.note('head');
    },
  };
  const frames = [];
  let count = 0;
  const ours = {};
  const known = new Set();

  function lookAtElement(element) {
    const { localName, namespaceURI } = element;
    if (!elements.has(localName)) watch.note(`<${localName}>`);
    const isPicture = namespaceURI.endsWith('/svg');
    if (isPicture !== ['svg', 'path', 'circle'].includes(localName)) watch.note(`<${localName}> of ${namespaceURI}`);
    for (const { name, value } of element.attributes) lookAtAttribute(element, name, value);
  }
  function lookAtAttribute({ localName: element, className: where }, name, value) {
    // The text box grows by the height that the script gives it.
    if (!attributes.has(name) && !(name === 'style' && element === 'textarea' && /^height: \w+;$/.test(value)))
      watch.note(`${element} ${name}="${value}"`);
    if (name === 'href' && !/^(?:https?:\/\/[!-?A-~[\]]+|mailto:[!-~]+)$/.test(value)) watch.note(`href="${value}"`);
    if (name === 'href' && /^https?:\/\/[^/?#]*@/.test(value)) watch.note(`href="${value}"`);
    if (name === 'src' && !/^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=]+$/.test(value))
      watch.note(`src="${value}"`);
    if (name === 'id' && !ids.test(value)) watch.note(`id="${value}"`);
    if (name === 'class' && !/^[\w -]*$/.test(value)) watch.note(`class="${value}"`);
    if (['title', 'aria-label', 'placeholder'].includes(name) && watch.revealing && hides(value))
      watch.note(`hidden characters in ${name} of ${element}.${where}`);
  }
  function lookAtText(node) {
    const parent = node.parentElement;
    if (!watch.revealing || !parent?.isConnected || !hides(node.data)) return;
    if (!parent.closest('.invisible-mark, textarea')) watch.note(`hidden characters in ${pathOf(parent)}`);
  }
  function hides(text) {
    return hidden.test(text.replace(flags, ''));
  }
  function pathOf(element) {
    const names = [];
    for (let each = element; each !== null && names.length < 4; each = each.parentElement)
      names.unshift(`${each.localName}.${each.className}`);
    return names.join(' > ');
  }

  window.watch = watch;
  window.ran = (name) => watch.ran.push(name);
  window.addEventListener('DOMContentLoaded', () => {
    ours.acquire = window.acquireVsCodeApi;
    ours.getElementById = document.getElementById;
    ours.scripts = document.scripts.length;
    ours.head = document.head.childElementCount;
    const root = document.getElementById('root');
    new MutationObserver((records) => {
      for (const { type, target, addedNodes, attributeName } of records) {
        if (type === 'attributes') lookAtAttribute(target, attributeName, target.getAttribute(attributeName) ?? '');
        else if (type === 'characterData') lookAtText(target);
        else for (const node of addedNodes) watch.look(node);
      }
    }).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  });
})();
