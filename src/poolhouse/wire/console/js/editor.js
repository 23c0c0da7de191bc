// The script editor: an element <script-editor> around a <textarea>, which stays what the form sends.
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";

customElements.define("script-editor", class extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    const send = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      field.value = update.state.doc.toString();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const extensions = [lineNumbers(), history(), keymap.of([...defaultKeymap, ...historyKeymap]), javascript(), send];
    this.view = new EditorView({ parent: this, state: EditorState.create({ doc: field.value, extensions }) });
    field.hidden = true;
  }
});
