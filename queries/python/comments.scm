; What may stand before a definition and belong to it, and the strings that document what they stand in.
(comment) @comment
(module . (comment)* . (expression_statement . (string) @docstring .))
(function_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))
(class_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))
