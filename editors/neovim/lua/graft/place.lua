-- Where in a buffer something is to be done, and what is wrong there, in the protocol's terms.

local M = {}

---@param client vim.lsp.Client
---@param buffer integer
---@param line integer from 0
---@param column integer in bytes
local function position(client, buffer, line, column)
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1] or ''
  return { line = line, character = vim.str_utfindex(text, client.offset_encoding, math.min(column, #text), false) }
end

--- The range of lines, of the selection or of the cursor, and the lines it touches: from 0, both included. Ends Visual mode.
---@param client vim.lsp.Client
---@param buffer integer
---@param lines? [integer, integer] from 1
---@return lsp.Range, [integer, integer, boolean] # the last is whether a person chose them
function M.range(client, buffer, lines)
  local mode = vim.fn.mode()
  if lines then
    local first, last = lines[1] - 1, lines[2] - 1
    local range = { start = position(client, buffer, first, 0), ['end'] = position(client, buffer, last, math.huge) }
    return range, { first, last, true }
  end
  if not vim.list_contains({ 'v', 'V', '\22' }, mode) then
    local cursor = vim.api.nvim_win_get_cursor(0)
    local here = position(client, buffer, cursor[1] - 1, cursor[2])
    return { start = here, ['end'] = here }, { cursor[1] - 1, cursor[1] - 1, false }
  end
  local from, to = vim.fn.getpos('v'), vim.fn.getpos('.')
  if from[2] > to[2] or (from[2] == to[2] and from[3] > to[3]) then
    from, to = to, from
  end
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  local first, last = from[2] - 1, to[2] - 1
  if mode ~= 'v' then
    local range = { start = position(client, buffer, first, 0), ['end'] = position(client, buffer, last, math.huge) }
    return range, { first, last, true }
  end
  local range = vim.lsp.util.make_given_range_params(
    { from[2], from[3] - 1 },
    { to[2], to[3] - 1 },
    buffer,
    client.offset_encoding
  ).range
  return range, { first, last, true }
end

--- What any source has reported on lines, as the protocol has it.
---@param client vim.lsp.Client
---@param buffer integer
---@param first integer from 0
---@param last integer included
---@return lsp.Diagnostic[]
function M.diagnostics_of(client, buffer, first, last)
  local found = {}
  for _, own in ipairs(vim.diagnostic.get(buffer)) do
    local finish = own.end_lnum or own.lnum
    if own.lnum <= last and finish >= first then
      found[#found + 1] = {
        range = {
          start = position(client, buffer, own.lnum, own.col),
          ['end'] = position(client, buffer, finish, own.end_col or own.col),
        },
        severity = own.severity,
        message = own.message,
        source = own.source,
        code = own.code,
      }
    end
  end
  return found
end

--- The problems that are to be fixed: those on lines that a person chose; at a cursor all of the buffer, the nearest first, since
--- only the server knows how far the code at the cursor goes. Nothing where there are none: then the server runs a linter.
---@param client vim.lsp.Client
---@param buffer integer
---@param lines [integer, integer, boolean]
---@return lsp.Diagnostic[]?
function M.diagnostics(client, buffer, lines)
  local first, last, chosen = lines[1], lines[2], lines[3]
  local found = M.diagnostics_of(client, buffer, chosen and first or 0, chosen and last or math.huge)
  table.sort(found, function(a, b)
    return math.abs(a.range.start.line - first) < math.abs(b.range.start.line - first)
  end)
  return #found > 0 and found or nil
end

return M
