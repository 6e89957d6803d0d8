//! Objects in objects (`x-kubernetes-embedded-resource`): each has a metadata of its own.

use serde_json::Value;

use super::schema::Schema;

/// Shows every object that stands in another, with its way; stops at the first that is refused.
///
/// # Errors
/// What `look` refuses.
pub fn visit<E>(schema: &Schema, at: &str, object: &mut Value, look: &mut impl FnMut(&str, &mut Value) -> Result<(), E>) -> Result<(), E> {
    match object {
        Value::Object(map) => {
            for (name, inner) in map {
                let Some(known) = schema.field(name).filter(|_| !schema.embedded || name != "metadata") else {
                    continue;
                };
                let way = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                if known.embedded && inner.is_object() {
                    look(&way, inner)?;
                }
                visit(known, &way, inner, look)?;
            }
        }
        Value::Array(list) => {
            for (index, element) in list.iter_mut().enumerate() {
                let Some(known) = &schema.items else { break };
                let way = format!("{at}[{index}]");
                if known.embedded && element.is_object() {
                    look(&way, element)?;
                }
                visit(known, &way, element, look)?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_in_objects_are_found() {
        let inner = json!({"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true});
        let schema = Schema::root(
            &json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"one": inner, "more": {"type": "array", "items": inner}}}}}),
            false,
        );
        let mut found = Vec::new();
        let mut object = json!({"metadata": {"name": "a"}, "spec": {"one": {"kind": "A"}, "more": [{"kind": "B"}, 1]}});
        let all: Result<(), ()> = visit(&schema, "", &mut object, &mut |way, _| {
            found.push(way.to_owned());
            Ok(())
        });
        assert_eq!((all, found), (Ok(()), vec!["spec.more[0]".to_owned(), "spec.one".to_owned()]));
    }
}
