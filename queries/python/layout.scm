; Text whose inner lines are content, not layout.
(string) @string
; Nothing of a body follows these at its own level.
(return_statement) @exit
(raise_statement) @exit
