; Text whose inner lines are content, not layout.
(string_literal) @string
