-- What is there from the start: the command, the mappings to choose keys for, and the server. Everything else is loaded when used.

if vim.g.loaded_graft or vim.fn.has('nvim-0.11') == 0 then
  return
end
vim.g.loaded_graft = true

vim.api.nvim_create_user_command('Graft', function(command)
  require('graft.command').run(command)
end, {
  desc = 'Run an action of Graft, or open the list of those that apply here',
  nargs = '*',
  range = true,
  complete = function(...)
    return require('graft.command').complete(...)
  end,
})

for _, action in ipairs({ 'generate', 'refactor', 'add-tests', 'document', 'fix-lint' }) do
  vim.keymap.set({ 'n', 'x' }, ('<Plug>(graft-%s)'):format(action), function()
    require('graft').run(action)
  end, { desc = 'Graft: ' .. action })
end
vim.keymap.set({ 'n', 'x' }, '<Plug>(graft-actions)', function()
  require('graft').actions()
end, { desc = 'Graft: what can be done here' })
vim.keymap.set('n', '<Plug>(graft-cancel)', function()
  require('graft').cancel()
end, { desc = 'Graft: cancel all jobs' })
for key, name in pairs({ accept = 'accept', ['accept-word'] = 'accept_word', next = 'next', previous = 'previous' }) do
  vim.keymap.set('i', ('<Plug>(graft-%s)'):format(key), function()
    require('graft.completion')[name]()
  end, { desc = 'Graft: suggestion, ' .. key })
end

-- After the config of the user, which may call `setup` or set `vim.g.graft`.
vim.schedule(function()
  require('graft').start()
end)
