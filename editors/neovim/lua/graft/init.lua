-- Graft's actions as functions. Owns what is asked of the person and what is sent to the server; the server decides the rest.

local M = {}

---@class graft.Options
---@field enable? boolean whether the server is started for its file types (default true)
---@field completion? boolean whether suggestions are shown as ghost text, on Neovim 0.12 and newer (default true)
---@field cmd? string[] how the server is started (default { 'graft-ls' })
---@field settings? table the server's settings, as in its config file

-- Actions that take an instruction, and how they ask for it.
local PROMPTS = {
  generate = 'What should be written? (empty: what the comment or the signature says) ',
  refactor = 'What should change? (empty: clearer and simpler) ',
}

M.ACTIONS = { 'generate', 'refactor', 'add-tests', 'document', 'fix-lint' }

---@type graft.Options?
local options
local started = false

---@return graft.Options
local function current_options()
  return vim.tbl_extend('force', { enable = true, completion = true }, vim.g.graft or {}, options or {})
end

---@param message string
---@param level? integer
local function say(message, level)
  vim.notify('Graft: ' .. message, level or vim.log.levels.INFO)
end

--- Options from Lua; `vim.g.graft` takes the same ones. Not needed where the defaults will do.
---@param given? graft.Options
function M.setup(given)
  options = given or {}
  if started then
    started = false
    M.start()
  end
end

--- Starts the server for its file types. Called by the plugin once the user's config has been read.
function M.start()
  if started then
    return
  end
  started = true
  local own = current_options()
  require('graft.progress').watch()
  require('graft.completion').watch(own.completion)
  if own.cmd or own.settings then
    vim.lsp.config('graft', { cmd = own.cmd, settings = own.settings and { graft = own.settings } or nil })
  end
  if own.enable then
    vim.lsp.enable('graft')
  end
end

--- The client that serves a buffer; without one, says why and what to do.
---@param buffer integer
---@return vim.lsp.Client?
function M.client(buffer)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'graft' })[1]
  if not client then
    say('no server serves this buffer; :checkhealth graft says why', vim.log.levels.WARN)
  end
  return client
end

--- Sends a command to the server.
---@param client vim.lsp.Client
---@param buffer integer
---@param name string
---@param argument? table
---@param answered? fun(result: any)
function M.execute(client, buffer, name, argument, answered)
  local params = { command = name, arguments = argument and { argument } or nil }
  client:request('workspace/executeCommand', params, function(failure, result)
    if failure then
      say(failure.message, vim.log.levels.ERROR)
    elseif answered then
      answered(result)
    end
  end, buffer)
end

---@class graft.RunOptions
---@field instruction? string what to do; without it, `generate` and `refactor` ask
---@field lines? [integer, integer] first and last line, from 1; without it, the selection or the cursor
---@field model? string the name of a model in the config

--- Runs an action on the selection, on lines or at the cursor.
---@param action string
---@param given? graft.RunOptions
function M.run(action, given)
  given = given or {}
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.client(buffer)
  if not client then
    return
  end
  local place = require('graft.place')
  local range, lines = place.range(client, buffer, given.lines)
  local argument = {
    action = action,
    uri = vim.uri_from_bufnr(buffer),
    range = range,
    -- Typed into while the question stands, the buffer is another: then the server says so and touches nothing.
    version = vim.lsp.util.buf_versions[buffer],
    model = given.model,
    diagnostics = action == 'fix-lint' and place.diagnostics(client, buffer, lines) or nil,
  }
  local function send(instruction)
    argument.instruction = instruction ~= '' and instruction or nil
    M.execute(client, buffer, 'graft.run', argument)
  end
  if given.instruction or not PROMPTS[action] then
    return send(given.instruction)
  end
  vim.ui.input({ prompt = PROMPTS[action] }, function(instruction)
    if instruction then
      send(instruction)
    end
  end)
end

--- Lists the actions that apply at the cursor or to the selection, with the problems that any source has reported there:
--- by itself Neovim tells a server only of its own.
function M.actions()
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.client(buffer)
  if not client then
    return
  end
  local place = require('graft.place')
  local _, lines = place.range(client, buffer)
  vim.lsp.buf.code_action({
    context = { diagnostics = place.diagnostics_of(client, buffer, lines[1], lines[2]) },
    filter = function(action)
      return vim.startswith(action.title, 'Graft: ')
    end,
  })
end

--- Ends all jobs.
function M.cancel()
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'graft' })[1] or vim.lsp.get_clients({ name = 'graft' })[1]
  if not client then
    return
  end
  M.execute(client, buffer, 'graft.cancel', nil, function(result)
    local count = #result.cancelled
    say(count == 0 and 'nothing is running' or ('cancelled %d %s'):format(count, count == 1 and 'job' or 'jobs'))
  end)
end

--- What runs, for a status line: "graft: writing · quick · 120 tokens"; nothing else than the empty string while nothing does.
---@return string
function M.status()
  return require('graft.progress').text()
end

return M
