; What brings names into the file.
(use_declaration) @import
(extern_crate_declaration) @import
