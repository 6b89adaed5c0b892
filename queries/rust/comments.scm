; What may stand before a definition and belong to it. A doc comment says so; an inner one belongs to what it stands in.
(line_comment) @comment
(block_comment) @comment
(line_comment outer: (_)) @comment.doc
(block_comment outer: (_)) @comment.doc
(line_comment inner: (_)) @comment.inner
(block_comment inner: (_)) @comment.inner
(attribute_item) @attribute
; What must stay first in what it stands in.
(inner_attribute_item) @preamble
(shebang) @preamble
