-- The server as `vim.lsp.config` reads it from the runtime path, with this plugin and without.

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
  -- Settings count from the first message on: those that Neovim sends by itself come after the server has begun.
  before_init = function(params, config)
    params.initializationOptions = params.initializationOptions or vim.tbl_get(config, 'settings', 'graft')
  end,
}
