-- What the server's jobs say of themselves, for a status line.

local M = {}

---@type table<string, string> the last word of each running job, by client and token
local running = {}
local order = {} ---@type string[]

local function forget(key)
  running[key] = nil
  order = vim.tbl_filter(function(own)
    return own ~= key
  end, order)
end

--- Listens from now on.
function M.watch()
  local group = vim.api.nvim_create_augroup('graft.progress', {})
  vim.api.nvim_create_autocmd('LspProgress', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if not client or client.name ~= 'graft' then
        return
      end
      local value = event.data.params.value
      local key = ('%d %s'):format(client.id, event.data.params.token)
      if value.kind == 'end' then
        forget(key)
      else
        if not running[key] then
          order[#order + 1] = key
        end
        running[key] = value.message or running[key] or 'waiting'
      end
      vim.cmd.redrawstatus()
    end,
  })
  vim.api.nvim_create_autocmd('LspDetach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'graft' and #vim.tbl_keys(client.attached_buffers) <= 1 then
        for _, key in ipairs(vim.deepcopy(order)) do
          if vim.startswith(key, client.id .. ' ') then
            forget(key)
          end
        end
      end
    end,
  })
end

--- The newest job's word, and how many others there are.
---@return string
function M.text()
  local newest = running[order[#order]]
  if not newest then
    return ''
  end
  return ('graft: %s%s'):format(newest, #order > 1 and (' (+%d)'):format(#order - 1) or '')
end

return M
