//! Tests of the JSON reader: what it accepts, and what it refuses.

use super::*;

fn parse(text: &str) -> Result<Element<'_>, Fault> {
    parse_json(text.as_bytes(), Bounds::SINGLE)
}

#[test]
fn objects_and_arrays_become_elements() {
    let root = parse(r#"{"XmlMsg":{"A":"1","L":[{"B":"2"},{"B":"3"}]}}"#).unwrap();
    let names: Vec<_> = root.children.iter().map(|c| &*c.name).collect();
    assert_eq!((&*root.name, names), ("XmlMsg", vec!["A", "L", "L"]));
    assert_eq!(root.children[2].children[0].text, "3");
}

#[test]
fn escapes_in_names_and_texts_are_read() {
    let root = parse(r#"{"XmlMsg":{"\u0041":"\u5c71","L":[{"B":"\"2\""}]}}"#).unwrap();
    assert_eq!((&*root.children[0].name, &*root.children[0].text), ("A", "山"));
    assert_eq!(root.children[1].children[0].text, "\"2\"");
}

#[test]
fn repeated_keys_are_kept_for_refusal() {
    assert_eq!(parse(r#"{"XmlMsg":{"A":"1","A":"2"}}"#).unwrap().children.len(), 2);
}

#[test]
fn what_is_refused() {
    for (text, fault) in [
        ("", Fault::Empty),
        ("{", Fault::Malformed),
        ("[]", Fault::Malformed),
        ("\"x\"", Fault::Malformed),
        ("{}", Fault::Missing("XmlMsg")),
        ("{{}}", Fault::Malformed),
        ("5", Fault::Malformed),
        (r#"[{"XmlMsg":{}}]"#, Fault::Malformed),
        (r#"{"XmlMsg":[]"#, Fault::Malformed),
        (r#"{"XmlMsg":[1,{]}"#, Fault::Malformed),
        (r#"{"XmlMsg":{}} x"#, Fault::AfterEnd(Tail::Other)),
        (r#"{"XmlMsg":{}}{"XmlMsg":{}}"#, Fault::AfterEnd(Tail::Other)),
        ("{\"XmlMsg\":{}}\r\n\u{1a}", Fault::AfterEnd(Tail::CtrlZ)),
        ("{\"XmlMsg\":{}}\0\0", Fault::AfterEnd(Tail::Nul)),
        (r#"{"XmlMsg":{},"Other":{}}"#, Fault::Unknown(FieldName::of("Other"))),
        (r#"{"MessageHeader":{},"MessageBody":{}}"#, Fault::Unknown(FieldName::of("MessageHeader"))),
        (r#"{"XmlMsg":{},"XmlMsg":{}}"#, Fault::Duplicate(FieldName::of("XmlMsg"))),
        (r#"{"XmlMsg":[{},{}]}"#, Fault::Value { element: "XmlMsg", reason: ValueFault::NotElements }),
    ] {
        assert_eq!(parse(text), Err(fault), "{text}");
    }
    assert_eq!(parse_json(b"{\"XmlMsg\":\"\x8e\"}", Bounds::SINGLE), Err(Fault::Charset));
}

/// Returns the kind of the member `A`, if it is not text.
fn not_text(value: &str) -> Option<NotText> {
    let text = format!(r#"{{"XmlMsg":{{"A":{value}}}}}"#);
    let root = parse(&text).unwrap();
    root.children[0].not_text()
}

#[test]
fn what_is_no_string_is_kept_as_what_it_is() {
    for (value, found) in [
        (r#""1""#, None),
        (r#""""#, None),
        ("1", Some(NotText::Number)),
        ("-1", Some(NotText::Number)),
        ("1.5e3", Some(NotText::Number)),
        ("123456789012345678901234567890", Some(NotText::Number)),
        ("true", Some(NotText::Boolean)),
        ("null", Some(NotText::Null)),
        ("{}", Some(NotText::Elements)),
        (r#"{"B":"1"}"#, Some(NotText::Elements)),
        ("[]", Some(NotText::Array)),
        (r#"["1"]"#, Some(NotText::Array)),
        (r#"["1","2"]"#, Some(NotText::Array)),
        (r#"[["1"]]"#, Some(NotText::Array)),
        ("[{}]", Some(NotText::Array)),
        ("[1]", Some(NotText::Array)),
    ] {
        assert_eq!(not_text(value), found, "{value}");
    }
}

#[test]
fn arrays_stand_directly_in_the_body_and_hold_objects() {
    let mut seen = Vec::new();
    let text = br#"{"XmlMsg":{"MessageBody":{"P":[{"A":"1"},"x",["y",{"A":"2"}],null,{"A":["3"]}]}}}"#;
    let root = parse_json_each(text, Bounds::SINGLE, &mut |person| {
        seen.push((person.holds_elements(), person.children.len()));
        Ok(())
    });
    assert!(root.unwrap().children[0].holds_elements());
    assert_eq!(seen, [(true, 1), (false, 0), (false, 0), (false, 0), (true, 1)]);
    for list in [r#"{"XmlMsg":[{}]}"#, r#"{"XmlMsg":[]}"#, r#"{"XmlMsg":[{},{}]}"#, r#"{"XmlMsg":"x"}"#, r#"{"XmlMsg":1}"#] {
        let fault = parse(list).and_then(|root| root.group("XmlMsg", &[]).map(drop)).unwrap_err();
        assert!(matches!(fault, Fault::Value { .. } | Fault::Malformed), "{list}: {fault}");
    }
}

#[test]
fn a_body_comes_object_by_object() {
    let people = r#"{"A":"1","B":"2"},"#.repeat(1000);
    let text = format!(r#"{{"XmlMsg":{{"MessageHeader":{{"H":"1"}},"MessageBody":{{"P":[{}{{"A":"9"}}]}}}}}}"#, people);
    let bounds = Bounds { depth: 5, elements: 8 };
    let mut seen = 0;
    let root = parse_json_each(text.as_bytes(), bounds, &mut |person| {
        assert_eq!(person.name, "P");
        seen += 1;
        Ok(())
    });
    let root = root.unwrap();
    assert_eq!((seen, root.children.len(), root.children[1].children.len()), (1001, 2, 0));
    let stopped = parse_json_each(text.as_bytes(), bounds, &mut |_| Err(Fault::TooLarge));
    assert_eq!(stopped, Err(Fault::TooLarge));
    let one = br#"{"XmlMsg":{"MessageBody":{"P":{"A":"1"}}}}"#;
    let mut names = Vec::new();
    parse_json_each(one, bounds, &mut |person| {
        names.push(person.name.into_owned());
        Ok(())
    })
    .unwrap();
    assert_eq!(names, ["P"]);
}

#[test]
fn size_is_bounded() {
    assert_eq!(parse(&r#"{"a":"#.repeat(100)), Err(Fault::TooLarge));
    assert_eq!(parse(&format!(r#"{{"a":{}"#, "[".repeat(100))), Err(Fault::TooLarge));
    let beneath = format!(r#"{{"XmlMsg":{{"MessageBody":{{"P":[[{}"x"]]}}}}}}"#, r#""x","#.repeat(1000));
    assert_eq!(parse(&beneath), Err(Fault::TooLarge));
    let wide = format!(r#"{{"XmlMsg":{{{}"b":"1"}}}}"#, r#""a":"1","#.repeat(1000));
    assert_eq!(parse(&wide), Err(Fault::TooLarge));
    let entries = format!(r#"{{"XmlMsg":{{"a":[{}{{}}]}}}}"#, "{},".repeat(1000));
    assert_eq!(parse(&entries), Err(Fault::TooLarge));
}
