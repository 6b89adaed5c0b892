-- The test's ears and hands inside a real Neovim, for tests/editors/neovim_driver.py. Records what a person would be told, and leaves
-- every question to the test; judges nothing.

_G.probe = { messages = {}, questions = {}, ended = {} }

local SECONDS = 30
local MOMENT = 250

vim.o.swapfile = false

vim.notify = function(message)
  table.insert(probe.messages, message)
end

-- A question waits for the test, as a picker waits for a person.
vim.ui.select = function(items, options, choose)
  local titles = vim.tbl_map(options.format_item or tostring, items)
  table.insert(probe.questions, { prompt = options.prompt, titles = titles, items = items, choose = choose })
end
vim.ui.input = function(options, answer)
  table.insert(probe.questions, { prompt = options.prompt, titles = {}, choose = answer })
end

vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    local value = event.data.params.value
    if value.kind == 'end' then
      table.insert(probe.ended, value.message or '')
    end
  end,
})

function probe.told()
  return vim.fn.execute('messages') .. '\n' .. table.concat(probe.messages, '\n')
end

-- Waits until `condition`, the text of a Lua function, gives something; returns that. Gives up after a moment: what comes of keys, such as
-- CursorMovedI, only comes when the editor's own loop goes on.
function probe.wait(condition, ...)
  local check, arguments, found = assert(loadstring(condition)), { ... }, nil
  vim.wait(MOMENT, function()
    found = check(unpack(arguments))
    return found and found ~= vim.NIL
  end, 5)
  return found
end

-- The first question: its prompt, and the titles to choose from.
function probe.question()
  local question = probe.questions[1]
  return question and { prompt = question.prompt, titles = question.titles }
end

-- Answers the first question: by a title, by what is typed, or by closing it.
function probe.answer(chosen)
  local question = table.remove(probe.questions, 1)
  if not question.items then
    return question.choose(chosen ~= vim.NIL and chosen or nil)
  end
  for index, title in ipairs(question.titles) do
    if title == chosen then
      return question.choose(question.items[index], index)
    end
  end
  assert(chosen == nil or chosen == vim.NIL, ('not on the list: %s'):format(vim.inspect(question.titles)))
  question.choose(nil)
end

-- The buffer to the byte, line ends and all: what Neovim writes of it.
function probe.text(buffer)
  return vim.api.nvim_buf_call(buffer, function()
    vim.cmd('silent noautocmd write!')
    return vim.fn.readblob(vim.api.nvim_buf_get_name(buffer))
  end)
end

-- A request for a buffer sends its pending changes first, and the answer says that both have arrived. (For buffer 0 it does not.)
function probe.sync(buffer)
  local client = assert(vim.lsp.get_clients({ bufnr = buffer, name = 'graft' })[1])
  return assert(client:request_sync('workspace/executeCommand', { command = 'graft.status' }, SECONDS * 1000, buffer))
end

function probe.client(buffer)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'graft' })[1]
  return client and client.initialized and client.id
end
