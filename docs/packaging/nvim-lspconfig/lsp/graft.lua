---@brief
---
--- https://crates.io/crates/graft-ls
---
--- Language server that grafts model-written code onto a syntax tree: code actions (generate, refactor, add tests, document, fix lint)
--- and inline completion, from local and cloud models. Each answer is checked against the tree before it becomes an edit.
---
--- `graft-ls` can be installed with `cargo`:
--- ```sh
--- cargo install graft-ls
--- ```
---
--- It runs beside the servers of the languages. Without configuration it uses an Ollama, llama.cpp, LM Studio or vLLM on this
--- machine; `graft-ls config init` writes a first config file. The same keys can be given here:
--- ```lua
--- vim.lsp.config('graft', {
---   init_options = { review = 'confirm' },
--- })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'graft-ls' },
  filetypes = {
    'rust',
    'python',
    'javascript',
    'javascriptreact',
    'typescript',
    'typescriptreact',
    'go',
    'java',
  },
  root_markers = { '.graft.toml', '.git' },
}
