-- `:Graft`: a word of the command line for each action and for what else the server can do.

local M = {}

local OTHERS = {
  cancel = function(graft)
    graft.cancel()
  end,
  toggle = function(graft)
    local buffer = vim.api.nvim_get_current_buf()
    local client = graft.client(buffer)
    if client then
      graft.execute(client, buffer, 'graft.toggle_completion', { uri = vim.uri_from_bufnr(buffer) })
    end
  end,
  status = function(graft)
    local buffer = vim.api.nvim_get_current_buf()
    local client = graft.client(buffer)
    if client then
      graft.execute(client, buffer, 'graft.status', nil, function(status)
        vim.notify(M.told(status))
      end)
    end
  end,
  doctor = function()
    vim.cmd.checkhealth('graft')
  end,
}

--- What `graft.status` says, for a person.
---@param status table
---@return string
function M.told(status)
  local lines = {}
  for _, job in ipairs(status.jobs or {}) do
    local name = vim.fs.basename(vim.uri_to_fname(job.uri))
    lines[#lines + 1] = ('%s: %s in %s, %s'):format(job.job, job.action, name, job.phase)
  end
  for _, provider in ipairs(status.providers or {}) do
    lines[#lines + 1] = ('%s: %s%s'):format(
      provider.name,
      provider.state,
      type(provider.reason) == 'string' and (' (' .. provider.reason .. ')') or ''
    )
  end
  return #lines > 0 and table.concat(lines, '\n') or 'Graft: nothing is running, and no provider is configured'
end

--- The command itself. Without an argument it lists what can be done here.
---@param command vim.api.keyset.create_user_command.command_args
function M.run(command)
  local graft = require('graft')
  local name = command.fargs[1]
  if not name then
    return graft.actions()
  end
  if OTHERS[name] then
    return OTHERS[name](graft)
  end
  if not vim.list_contains(graft.ACTIONS, name) then
    return vim.notify(
      ('Graft: there is no `%s`; try one of %s'):format(name, table.concat(M.names(), ', ')),
      vim.log.levels.ERROR
    )
  end
  local instruction = vim.trim(command.args:sub(#name + 1))
  graft.run(name, {
    instruction = instruction ~= '' and instruction or nil,
    lines = command.range > 0 and { command.line1, command.line2 } or nil,
  })
end

--- Everything that may stand after `:Graft`.
---@return string[]
function M.names()
  local names = vim.list_extend({}, require('graft').ACTIONS)
  return vim.list_extend(names, vim.fn.sort(vim.tbl_keys(OTHERS)))
end

--- Completes the first word.
function M.complete(lead, line)
  if line:match('Graft%s+%S+%s') then
    return {}
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, M.names())
end

return M
