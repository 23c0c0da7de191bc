// The script editor: an element <script-editor> around a <textarea>, which stays what the form sends.
import { EditorState } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, lineNumbers, highlightActiveLine, drawSelection, highlightSpecialChars } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { javascript, javascriptLanguage } from "@codemirror/lang-javascript";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { tags } from "@lezer/highlight";

const CHECK_AFTER_MS = 600;

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)",
    borderRadius: "var(--round)", fontSize: "14px", maxHeight: "70vh" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, Menlo, Consolas, monospace", lineHeight: "1.5", overflow: "auto",
    minHeight: "20rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "transparent", boxShadow: "inset 2px 0 var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 30%, var(--paper))" },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--hover)", outline: "1px solid var(--line)" },
  ".cm-searchMatch-selected": { outline: "2px solid var(--accent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--hover)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--ground)", color: "var(--ink)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", gap: ".25rem .5rem", alignItems: "center",
    padding: ".5rem 2.5rem .5rem .5rem" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search [name=close]": { color: "var(--ink)", width: "28px", height: "28px", top: ".25rem", right: ".25rem" },
  ".cm-panel .cm-textfield": { width: "12rem", maxWidth: "100%", fontSize: "inherit", color: "var(--ink)", backgroundColor: "var(--paper)", borderColor: "var(--line)" },
  ".cm-panel.cm-search label": { display: "inline-block", fontWeight: "400", fontSize: "inherit" },
  ".cm-panel .cm-button": { fontSize: "inherit",  color: "var(--accent)", backgroundColor: "var(--paper)", backgroundImage: "none",
    border: "1px solid var(--line)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--accent-ink)",
    backgroundColor: "var(--accent)" },
  ".explained": { padding: ".25rem .5rem", maxWidth: "30rem", whiteSpace: "pre-wrap", fontFamily: "ui-monospace, Menlo, Consolas, monospace" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});
const colors = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword],
    color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--accent)" },
  { tag: [tags.comment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.function(tags.definition(tags.variableName))], fontWeight: "600" },
  { tag: [tags.invalid], color: "var(--bad)" },
]));

// A changed word is underlined: a second background would leave comments too little contrast.
const merging = EditorView.theme({
  ".cm-scroller": { minHeight: "0" },
  ".cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--good) 9%, var(--paper))" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "color-mix(in srgb, var(--bad) 9%, var(--paper))" },
  ".cm-changedText, &.cm-merge-b .cm-changedText": { background: "none", boxShadow: "inset 0 -2px var(--good)" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "none",
    boxShadow: "inset 0 -2px var(--bad)" },
  ".cm-changeGutter": { width: "3px" },
  ".cm-collapsedLines": { color: "var(--soft)", background: "var(--ground)" },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "'···'" },
});

// What CodeMirror says itself, in English where nothing is here.
const CHINESE = {
  "Find": "查找", "Replace": "替换为", "next": "下一个", "previous": "上一个", "all": "全选", "match case": "区分大小写",
  "regexp": "正则表达式", "by word": "全字匹配", "replace": "替换", "replace all": "全部替换", "close": "关闭",
  "Go to line": "转到行", "go": "转到", "current match": "当前匹配", "on line": "，位于行", "replaced $ matches": "已替换 $ 处",
  "replaced match on line $": "已替换第 $ 行的匹配", "Diagnostics": "问题", "No diagnostics": "没有问题",
  "$ unchanged lines": "$ 行相同", "Completions": "补全", "Control character": "控制字符",
};

// What the objects of a script hold, by the names that examples call them. Of the declarations that a script is written
// against, {env, context, profile: {name: type and, in a second line, what it is}, modules}.
function membersOf(names) {
  const members = new Map([["env", names.env], ["configuration", names.env], ["context", names.context]]);
  for (const one of ["profile", "user", "userinfo", "updates"]) members.set(one, names.profile);
  if (names.connection) members.set("connection", names.connection).set("config", names.config);
  return members;
}

function completing(names) {
  const options = (list, type) => list.map((label) => ({ label, type }));
  const properties = (of) => Object.entries(of).map(([label, said]) => ({ label, type: "property", detail: said.split("\n")[0].slice(0, 40) }));
  const members = membersOf(names);
  return (context) => {
    const quoted = context.matchBefore(/\brequire\(\s*['"][\w@/.-]*/);
    if (quoted) {
      const from = quoted.from + quoted.text.search(/['"]/) + 1;
      return { from, options: options(names.modules, "namespace"), validFor: /^[\w@/.-]*$/ };
    }
    const member = context.matchBefore(/\b\w+\.\w*/);
    const of = member && members.get(member.text.split(".")[0]);
    if (of) return { from: member.from + member.text.indexOf(".") + 1, options: properties(of), validFor: /^\w*$/ };
    const word = context.matchBefore(/\w+/);
    if (member || !(word || context.explicit)) return null;
    const from = word ? word.from : context.pos;
    if (isKey(context.state, from)) return { from, options: properties(names.profile), validFor: /^\w*$/ };
    return { from, options: options(["env", "context", "require"], "variable"), validFor: /^\w*$/ };
  };
}

const OBJECTS = ["ObjectExpression", "ObjectPattern"]; // the second while it is not complete

// Whether a name that begins at `from` would be a key of an object.
function isKey(state, from) {
  if (!/[{,]\s*$/.test(state.sliceDoc(Math.max(0, from - 200), from))) return false;
  let node = syntaxTree(state).resolveInner(from, -1);
  while (node && ![...OBJECTS, "Block", "ArgList", "ArrayExpression"].includes(node.name)) node = node.parent;
  return OBJECTS.includes(node?.name);
}

// The declaration of the name that is pointed at.
function explaining(names) {
  const members = membersOf(names);
  return hoverTooltip((view, at) => {
    const word = view.state.wordAt(at);
    if (!word) return null;
    const name = view.state.sliceDoc(word.from, word.to);
    const holder = /(\w+)\??\.$/.exec(view.state.sliceDoc(Math.max(0, word.from - 100), word.from));
    const of = holder ? members.get(holder[1]) : isKey(view.state, word.from) ? names.profile : null;
    if (!of || !Object.hasOwn(of, name)) return null;
    const create = () => {
      const dom = document.createElement("div");
      dom.className = "explained";
      dom.textContent = `${name}: ${of[name]}`;
      return { dom };
    };
    return { pos: word.from, end: word.to, above: true, create };
  });
}

customElements.define("script-editor", class extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    const label = field.form.querySelector(`label[for="${field.id}"]`);
    const { names, words, check, nonce } = JSON.parse(this.dataset.facts);
    const told = document.getElementById(this.dataset.told);
    const send = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      field.value = update.state.doc.toString();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const save = { key: "Mod-s", preventDefault: true, run: () => { field.form.requestSubmit(); return true; } };
    const attributes = { "aria-label": label.textContent.trim(), "aria-describedby": this.dataset.about, tabindex: "0" };
    const extensions = [
      EditorView.cspNonce.of(nonce), theme, colors, javascript(), lineNumbers(), drawSelection(), highlightSpecialChars(),
      bracketMatching(), highlightActiveLine(), highlightSelectionMatches(), search(), EditorState.tabSize.of(2),
      EditorState.phrases.of(document.documentElement.lang.startsWith("zh") ? CHINESE : {}),
    ];
    extensions.push(explaining(names));
    if (field.readOnly) {
      extensions.push(EditorState.readOnly.of(true), EditorView.contentAttributes.of({ ...attributes, "aria-readonly": "true" }),
        keymap.of([...defaultKeymap, ...searchKeymap]));
    } else {
      extensions.push(
        EditorView.contentAttributes.of(attributes), history(), indentOnInput(), closeBrackets(), autocompletion(),
        javascriptLanguage.data.of({ autocomplete: completing(names) }), send,
        check ? [lintGutter(), linter((view) => checked(view, field.form, check, words, told), { delay: CHECK_AFTER_MS })] : [],
        keymap.of([save, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap,
          ...defaultKeymap, indentWithTab]), // Escape and then Tab leaves: CodeMirror's own
      );
    }
    this.view = new EditorView({ parent: this, state: EditorState.create({ doc: field.value, extensions }) });
    label.addEventListener("click", () => this.view.focus());
    const fills = document.querySelector(`button[data-fills="${field.id}"]`);
    fills?.addEventListener("click", () => {
      const insert = document.getElementById(`${field.id}-example`).textContent.trim() + "\n";
      this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert } });
      this.view.focus();
    });
    if (fills) fills.hidden = field.readOnly;
    field.hidden = true;
  }

  disconnectedCallback() { this.view?.destroy(); }
});

const NARROW = matchMedia("(max-width: 62rem)");
const COMPARED = { collapseUnchanged: { margin: 3, minSize: 4 }, diffConfig: { scanLimit: 500, timeout: 200 }, gutter: true };

// Around a table of what differs, which stays what is read where no script runs: both texts beside each other, or on a
// narrow screen in one.
customElements.define("script-changes", class extends HTMLElement {
  connectedCallback() {
    const { before, after, nonce, label } = JSON.parse(this.dataset.facts);
    const extensions = [
      EditorView.cspNonce.of(nonce), theme, merging, colors, javascript(), lineNumbers(), highlightSpecialChars(),
      EditorState.readOnly.of(true), EditorState.tabSize.of(2), keymap.of(defaultKeymap),
      EditorState.phrases.of(document.documentElement.lang.startsWith("zh") ? CHINESE : {}),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    ];
    const shown = () => {
      this.view?.destroy();
      this.view = NARROW.matches
        ? new EditorView({ parent: this, doc: after, extensions: [...extensions, unifiedMergeView({ original: before, mergeControls: false, ...COMPARED })] })
        : new MergeView({ parent: this, a: { doc: before, extensions }, b: { doc: after, extensions }, ...COMPARED });
    };
    shown();
    this.stop = new AbortController();
    NARROW.addEventListener("change", shown, { signal: this.stop.signal });
    this.querySelector(".scroll").hidden = true;
  }

  disconnectedCallback() {
    this.stop?.abort();
    this.view?.destroy();
  }
});

// What the server says of the text: marked at its place, and the first of it in words below.
async function checked(view, form, address, words, told) {
  const doc = view.state.doc;
  const body = new URLSearchParams({ form: form.elements.form.value, source: doc.toString() });
  let found;
  try {
    const answer = await fetch(address, { method: "POST", body });
    found = await answer.json();
    if (!answer.ok) throw new Error(found.message);
  } catch (error) {
    told.textContent = error instanceof SyntaxError || error instanceof TypeError ? words.unchecked : error.message;
    return [];
  }
  const first = found.problems[0];
  const where = first?.line ? `${first.line}:${first.column ?? 1} ` : "";
  told.textContent = [first ? where + first.message : words.sound, ...found.warnings].join(" · ");
  return found.problems.map(({ line, column, message }) => {
    const at = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
    const from = Math.min(at.from + Math.max((column ?? 1) - 1, 0), at.to);
    return { from, to: Math.min(from + 1, at.to), severity: "error", message };
  });
}
