; Text whose inner lines are content, not layout.
(string) @string
(template_string) @string
(return_statement) @exit
(throw_statement) @exit
