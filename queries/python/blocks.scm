; What holds statements or definitions side by side.
(module) @block
(block) @block
; Text whose inner lines are content, not layout.
(string) @string
