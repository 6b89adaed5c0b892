; What header and body say of a definition. A capture speaks of the innermost definition around it.
(function_item parameters: (parameters (self_parameter) @receiver))
(function_signature_item parameters: (parameters (self_parameter) @receiver))
(function_item parameters: (parameters (parameter pattern: (_) @parameter.name type: (_) @parameter.type)))
(function_signature_item parameters: (parameters (parameter pattern: (_) @parameter.name type: (_) @parameter.type)))
(function_item return_type: (_) @return.type)
(function_signature_item return_type: (_) @return.type)
((_ return_type: [
    (type_identifier) @fallible
    (scoped_type_identifier name: (type_identifier) @fallible)
    (generic_type type: (type_identifier) @fallible)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @fallible))])
  (#eq? @fallible "Result"))
((_ return_type: (generic_type type: [(type_identifier) @_result (scoped_type_identifier name: (type_identifier) @_result)]
    type_arguments: (type_arguments . (_) . (_) @error.type .)))
  (#eq? @_result "Result"))
; `self.expect(..)` is a method of one's own, in parsers above all.
((call_expression function: (field_expression value: (_) @_value field: (field_identifier) @panic))
  (#any-of? @panic "unwrap" "expect" "unwrap_err" "expect_err") (#not-eq? @_value "self"))
((macro_invocation macro: (identifier) @panic)
  (#any-of? @panic "panic" "assert" "assert_eq" "assert_ne" "unreachable" "todo" "unimplemented"))
(function_modifiers "unsafe" @unsafe)
(trait_item "unsafe" @unsafe)
; A method that hands out the field of its own name.
((function_item name: (identifier) @_name parameters: (parameters . (self_parameter) .)
    body: (block . (field_expression value: (self) field: (field_identifier) @getter) .))
  (#eq? @_name @getter))
((function_item name: (identifier) @_name parameters: (parameters . (self_parameter) .)
    body: (block . (reference_expression value: (field_expression value: (self) field: (field_identifier) @getter)) .))
  (#eq? @_name @getter))
((function_item name: (identifier) @_name parameters: (parameters . (self_parameter) .)
    body: (block . (call_expression function: (field_expression
      value: (field_expression value: (self) field: (field_identifier) @getter) field: (field_identifier) @_as)) .))
  (#eq? @_name @getter)
  (#any-of? @_as "clone" "as_str" "as_ref" "as_deref" "as_slice" "as_path" "as_bytes" "copied" "to_owned" "to_string"))
((_ (visibility_modifier) @public) (#eq? @public "pub"))
(trait_item body: (declaration_list (function_signature_item name: (identifier) @public)))
(trait_item body: (declaration_list (function_item name: (identifier) @public)))
(impl_item trait: (_) body: (declaration_list (function_item name: (identifier) @inherited)))
(line_comment outer: (_)) @documentation
(block_comment outer: (_)) @documentation
(mod_item body: (declaration_list . (line_comment inner: (_)) @documentation.inside))
(mod_item body: (declaration_list . (block_comment inner: (_)) @documentation.inside))
((attribute_item (attribute (identifier) @_doc value: (_))) @documentation (#eq? @_doc "doc"))
