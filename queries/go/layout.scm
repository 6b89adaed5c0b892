; Text whose inner lines are content, not layout.
(raw_string_literal) @string
(interpreted_string_literal) @string
