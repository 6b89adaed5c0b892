-- `:checkhealth graft`: whether Neovim, the program and the server are ready, then the server's own check-up.

local M = {}

local SECONDS = 60

local function report(entry, name, text)
  local line = name .. (text and text ~= '' and (': ' .. text) or '')
  if entry.problem then
    local say = entry.state == 'problem' and vim.health.error or vim.health.warn
    say(('%s: %s'):format(name, entry.problem))
  else
    vim.health.ok(line)
  end
  for _, note in ipairs(entry.notes or {}) do
    vim.health.info(('%s: %s'):format(name, note))
  end
end

--- The check-up: of the running server, which has this editor's settings, else of the program.
---@param client? vim.lsp.Client
---@param program string
---@return table?, string?
local function checkup(client, program)
  if client then
    local buffer = next(client.attached_buffers)
    local params = { command = 'graft.status', arguments = { { doctor = true } } }
    local answer, failure = client:request_sync('workspace/executeCommand', params, SECONDS * 1000, buffer)
    if not answer or answer.err then
      return nil, failure or answer.err.message
    end
    -- JSON's null is a value of its own in an answer; here it is nothing.
    return vim.json.decode(vim.json.encode(answer.result.doctor), { luanil = { object = true } })
  end
  local done = vim.system({ program, 'doctor', '--json' }, { text = true }):wait(SECONDS * 1000)
  local read, value = pcall(vim.json.decode, done.stdout or '', { luanil = { object = true } })
  if read and type(value) == 'table' then
    return value
  end
  return nil, done.stderr ~= '' and done.stderr or ('no answer within %d s'):format(SECONDS)
end

local function editor()
  vim.health.start('Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error(version .. ' is too old: Graft needs 0.11 or newer')
  elseif vim.lsp.inline_completion then
    vim.health.ok(version)
  else
    vim.health.ok(version .. ': all actions; ghost text needs 0.12')
  end
end

---@return string? # the program
local function server(client)
  vim.health.start('Server')
  local config = vim.lsp.config.graft or {}
  local program = type(config.cmd) == 'table' and config.cmd[1] or 'graft-ls'
  if vim.fn.executable(program) == 0 then
    vim.health.error(
      ('`%s` is not an executable'):format(program),
      'install it with `cargo install graft-ls`, or name it: vim.lsp.config("graft", { cmd = { "/path/to/graft-ls" } })'
    )
    return nil
  end
  local version = vim.system({ program, '--version' }, { text = true }):wait(5000)
  vim.health.ok(('%s (%s)'):format(vim.trim(version.stdout or ''), vim.fn.exepath(program)))
  if not vim.lsp.is_enabled('graft') then
    vim.health.warn('it is not enabled', 'call vim.lsp.enable("graft")')
  elseif client then
    vim.health.ok('it runs; buffers that it serves: ' .. vim.tbl_count(client.attached_buffers))
  else
    vim.health.info(('it is enabled and does not run: open a file of these types: %s'):format(
      table.concat(config.filetypes or {}, ', ')
    ))
  end
  return program
end

--- Called by `:checkhealth graft`.
function M.check()
  require('graft').start()
  editor()
  local client = vim.lsp.get_clients({ name = 'graft' })[1]
  local program = server(client)
  if not program then
    return
  end
  vim.health.start('Check-up (graft-ls doctor)')
  local found, failure = checkup(client, program)
  if not found then
    return vim.health.error('the check-up failed: ' .. failure)
  end
  for _, mistake in ipairs(found.config.mistakes or {}) do
    vim.health.error('settings: ' .. (type(mistake) == 'string' and mistake or mistake.message or vim.inspect(mistake)))
  end
  for _, warning in ipairs(found.config.warnings or {}) do
    vim.health.warn('settings: ' .. warning)
  end
  for _, provider in ipairs(found.providers or {}) do
    report(provider, 'provider ' .. provider.name, provider.url)
  end
  for _, model in ipairs(found.models or {}) do
    report(model, 'model ' .. model.name, model.model)
  end
  for _, action in ipairs(found.actions or {}) do
    report(action, 'action ' .. action.action, table.concat(action.working or {}, ', '))
  end
end

return M
