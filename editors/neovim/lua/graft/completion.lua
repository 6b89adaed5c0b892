-- Suggestions as ghost text, on Neovim 0.12 and newer. Owns when they are shown and taken; on older ones it does nothing.

local M = {}

local inline = vim.lsp.inline_completion

--- Shows the suggestions of Graft's server in the buffers that it serves.
---@param wanted boolean
function M.watch(wanted)
  if not inline then
    return
  end
  vim.api.nvim_create_autocmd('LspAttach', {
    group = vim.api.nvim_create_augroup('graft.completion', {}),
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if wanted and client and client.name == 'graft' then
        inline.enable(true, { bufnr = event.buf })
      end
    end,
  })
end

--- Takes the suggestion. False where there is none, so that a mapping can do something else.
---@return boolean
function M.accept()
  return inline ~= nil and inline.get()
end

--- Takes the suggestion's next word.
---@return boolean
function M.accept_word()
  return inline ~= nil
    and inline.get({
      on_accept = function(item)
        local text = type(item.insert_text) == 'string' and item.insert_text or item.insert_text.value
        local cursor = vim.api.nvim_win_get_cursor(0)
        local typed = item.range and item.range.start_row == cursor[1] - 1 and cursor[2] - item.range.start_col or 0
        local word = vim.fn.matchstr(text:sub(math.max(typed, 0) + 1), [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)\?]])
        vim.api.nvim_paste(word, false, -1)
      end,
    })
end

--- Shows the next suggestion.
function M.next()
  if inline then
    inline.select({ count = vim.v.count1 })
  end
end

--- Shows the one before.
function M.previous()
  if inline then
    inline.select({ count = -vim.v.count1 })
  end
end

return M
