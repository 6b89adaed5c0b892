-- Drives a real Neovim through "Graft: document" as a person would, for tests/editors/test_neovim.py.
--
-- Owns what happens in the editor; judges nothing. Started as
--   nvim --clean --headless -l document.lua JSON
-- with {command, root, file, filetype, symbol, keys, unheard}. It prints one JSON object a line: {event = "attached" | "typed" | "done" | "failed"}.
-- `keys` are typed on the symbol's name while the model's answer is held back: after the line "held" has come on its input, before "typed".
-- The server has heard of them by then, unless `unheard` is true: Neovim tells of a change up to 150 ms late.

local SECONDS = 30
local task = vim.json.decode(_G.arg[1])

local function say(value)
  io.stdout:write(vim.json.encode(value), '\n')
  io.stdout:flush()
end

local notified = {}
vim.notify = function(message)
  notified[#notified + 1] = message
end

local function messages()
  return vim.fn.execute('messages') .. '\n' .. table.concat(notified, '\n')
end

local function wait(what, condition)
  if not vim.wait(SECONDS * 1000, condition, 5) then
    say({ event = 'failed', message = ('no %s within %d s'):format(what, SECONDS), messages = messages() })
    os.exit(1)
  end
end

local ended = false
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    ended = ended or event.data.params.value.kind == 'end'
  end,
})

-- Input comes by libuv: reading it in Lua would stop the editor.
local heard = ''
local input = assert(vim.uv.new_pipe())
assert(input:open(0))
input:read_start(function(_, data)
  heard = heard .. (data or '')
end)

-- Keys as a person types them: mappings, undo steps and autocommands all take part.
local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'tx', false)
  -- An undo step ends where the editor waits for the next key, which it never does here; setting this does the same.
  vim.o.undolevels = vim.o.undolevels
end

local function go_to_symbol()
  vim.fn.cursor(1, 1)
  assert(vim.fn.search([[\<\(fn\|def\) \zs]] .. task.symbol .. [[\>]]) > 0, 'the file does not define ' .. task.symbol)
end

-- The buffer to the byte, line ends and all: what Neovim writes of it.
local function text()
  vim.cmd('silent noautocmd write!')
  return vim.fn.readblob(task.file)
end

vim.o.swapfile = false
vim.lsp.config('graft', { cmd = task.command, filetypes = { task.filetype }, root_dir = task.root })
vim.lsp.enable('graft')
vim.cmd.edit(task.file)
vim.bo.filetype = task.filetype
wait('attached server', function()
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  return client and client.initialized
end)
local client = vim.lsp.get_clients({ bufnr = 0 })[1]
local buffer = vim.api.nvim_get_current_buf()
local title = ('Graft: document `%s`'):format(task.symbol)
say({ event = 'attached', version = tostring(vim.version()), encoding = client.offset_encoding })

go_to_symbol()
local before = vim.b.changedtick
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.title == title
  end,
})
if task.keys then
  wait('held answer', function()
    return heard:find('held\n', 1, true)
  end)
  go_to_symbol()
  type_keys(task.keys)
  if not task.unheard then
    -- A request for a buffer sends its pending changes first, and the answer says that both have arrived. (For buffer 0 it does not.)
    assert(client:request_sync('workspace/executeCommand', { command = 'graft.status' }, SECONDS * 1000, buffer))
  end
  say({ event = 'typed', text = text() })
  before = vim.b.changedtick
end

wait('end of the job', function()
  return ended
end)
wait('edit or message', function()
  return vim.b.changedtick ~= before or messages():find('Graft:', 1, true) or messages():find('newer than edits', 1, true)
end)
local after = text()
type_keys('u')
say({ event = 'done', text = after, undone = text(), messages = messages() })

client:stop()
wait('end of the server', function()
  return #vim.lsp.get_clients() == 0
end)
os.exit(0)
