//! Messages in XML read into elements.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::element::{BODY, Bounds, Each, Element};
use super::fault::{Fault, FieldName, Tail};

/// Reads one XML document.
///
/// Refuses document type declarations, every entity except the five of XML (nothing is ever fetched), processing instructions,
/// attributes except namespace declarations of the root, more depth or elements than `bounds`, and anything after the root.
/// Character references are resolved. Names are taken as written, with their prefix.
///
/// # Errors
/// See [`Fault`].
pub fn parse_xml(text: &str, bounds: Bounds) -> Result<Element<'_>, Fault> {
    read(text, bounds, None)
}

/// Reads one XML document with a body that may be long: each element directly in the body goes to `each` and is not kept.
/// `bounds` hold for each element.
///
/// # Errors
/// See [`Fault`]; a fault returned by `each` ends the reading.
pub fn parse_xml_each<'t>(text: &'t str, bounds: Bounds, each: &mut Each<'_>) -> Result<Element<'t>, Fault> {
    read(text, bounds, Some(each))
}

fn read<'t>(text: &'t str, bounds: Bounds, each: Option<&mut Each<'_>>) -> Result<Element<'t>, Fault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_markup_names_in_closing_tags = true;
    let mut tree = Tree { open: Vec::new(), root: None, left: bounds.elements, bounds, each };
    loop {
        let event = reader.read_event().map_err(|_| Fault::Malformed)?;
        // The offset of the first byte after the event.
        let end = usize::try_from(reader.buffer_position()).map_err(|_| Fault::Malformed)?;
        match event {
            Event::Start(start) => tree.open(&start, name(text, end, ">", &start))?,
            Event::Empty(start) => {
                tree.open(&start, name(text, end, "/>", &start))?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            // Looking for one byte first takes a fraction of a search for the three.
            Event::Text(content) if content.as_bytes().contains(&b']') && content.contains("]]>") => {
                return Err(Fault::Malformed);
            }
            Event::Text(content) => tree.text(content.xml10_content())?,
            Event::CData(content) => tree.text(content.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(String::from(resolve(&reference)?).into())?,
            Event::Decl(_) if tree.root.is_some() => return Err(Fault::AfterEnd(Tail::Other)),
            Event::Decl(_) if !tree.open.is_empty() => return Err(Fault::Malformed),
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) => return Err(Fault::Forbidden),
            Event::Eof => break,
        }
    }
    if !tree.open.is_empty() {
        return Err(Fault::Malformed);
    }
    tree.root.ok_or(Fault::Malformed)
}

/// Returns the name of the tag that ends at `end`, borrowed from the text.
fn name<'t>(text: &'t str, end: usize, closing: &str, start: &BytesStart<'_>) -> Cow<'t, str> {
    let name = start.name().0;
    let from = end.checked_sub(start.len() + closing.len());
    let found = from.and_then(|from| text.get(from..from + name.len()));
    // The event lends its name only until the next event; the text is compared, so a wrong offset costs a copy and nothing else.
    found.filter(|found| *found == name).map_or_else(|| name.to_owned().into(), Cow::Borrowed)
}

struct Tree<'t, 'a, 'b> {
    open: Vec<Element<'t>>,
    root: Option<Element<'t>>,
    left: usize,
    bounds: Bounds,
    each: Option<&'a mut Each<'b>>,
}

impl<'t> Tree<'t, '_, '_> {
    fn open(&mut self, start: &BytesStart<'_>, name: Cow<'t, str>) -> Result<(), Fault> {
        if self.root.is_some() {
            return Err(Fault::AfterEnd(Tail::Other));
        }
        if self.open.len() >= self.bounds.depth || self.left == 0 {
            return Err(Fault::TooLarge);
        }
        if !start.attributes_raw().trim().is_empty() {
            check_attributes(start, self.open.is_empty())?;
        }
        self.left -= 1;
        self.open.push(Element { name, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let element = self.open.pop().ok_or(Fault::Malformed)?;
        if let (Some(each), [_, body]) = (&mut self.each, self.open.as_slice())
            && body.name == BODY
        {
            self.left = self.bounds.elements;
            return each(element);
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, content: Cow<'t, str>) -> Result<(), Fault> {
        match self.open.last_mut() {
            // Adding the first chunk to an empty text copies nothing.
            Some(element) => element.text += content,
            None => match Tail::of(&content) {
                None => {}
                Some(tail) if self.root.is_some() => return Err(Fault::AfterEnd(tail)),
                Some(_) => return Err(Fault::Malformed),
            },
        }
        Ok(())
    }
}

/// The most namespace declarations accepted: more than any message needs.
const MOST_NAMESPACES: usize = 16;

/// Ignores namespace declarations of the root, which serializers add by themselves; refuses every other attribute.
fn check_attributes(start: &BytesStart<'_>, of_root: bool) -> Result<(), Fault> {
    for (place, attribute) in start.attributes().enumerate() {
        let attribute = attribute.map_err(|_| Fault::Malformed)?;
        let name = attribute.key.0;
        let declares = name == "xmlns" || name.strip_prefix("xmlns:").is_some_and(|prefix| !prefix.is_empty());
        if !of_root || !declares {
            return Err(Fault::Attribute(FieldName::of(name)));
        }
        if attribute.value.contains('<') {
            return Err(Fault::Malformed);
        }
        // The parser compares each attribute with all before it: the cost is quadratic.
        if place == MOST_NAMESPACES {
            return Err(Fault::TooLarge);
        }
    }
    Ok(())
}

/// Returns the character of `&…;`: one of XML's own five or a character reference; refuses any other entity without reading it.
fn resolve(reference: &BytesRef<'_>) -> Result<char, Fault> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| Fault::Malformed)? {
        return Ok(c);
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Fault::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Element<'_>, Fault> {
        parse_xml(text, Bounds::SINGLE)
    }

    #[test]
    fn blanks_in_tags_and_references_are_fine() {
        let root = parse("<?xml version=\"1.0\"?>\n<a ><b >x&amp;&#x5f;y</b ><c/><!-- note --></a >\n").unwrap();
        assert_eq!(root.children[0].text, "x&_y");
        assert_eq!(root.children[1].name, "c");
    }

    #[test]
    fn tricks_are_refused() {
        for (text, fault) in [
            ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", Fault::Forbidden),
            ("<a>&x;</a>", Fault::Forbidden),
            ("<a><?php x?></a>", Fault::Forbidden),
            ("<a><b></a></b>", Fault::Malformed),
            ("<a><?xml version='1.0'?></a>", Fault::Malformed),
            ("<a>", Fault::Malformed),
            ("<a/><b/>", Fault::AfterEnd(Tail::Other)),
            ("<a/><?xml version='1.0'?>", Fault::AfterEnd(Tail::Other)),
            ("text", Fault::Malformed),
            ("", Fault::Malformed),
            ("\0<a/>", Fault::Malformed),
            ("<a/>text", Fault::AfterEnd(Tail::Other)),
            ("<a/>&#x1a;", Fault::AfterEnd(Tail::CtrlZ)),
            ("<a/>\r\n\u{1a}", Fault::AfterEnd(Tail::CtrlZ)),
            ("<a></a>\0\0\0\n", Fault::AfterEnd(Tail::Nul)),
            ("<a>&#0;</a>", Fault::Malformed),
            ("<a>x]]></a>", Fault::Malformed),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn of_attributes_only_namespace_declarations_of_the_root_are_ignored() {
        let root = parse("<x:a xmlns='urn:x' xmlns:x = \"urn:y&z;\"\n xmlns:xsi='urn:i'><b/></x:a>").unwrap();
        assert_eq!((&*root.name, &*root.children[0].name), ("x:a", "b"));
        for (text, name) in [
            ("<a b='1'/>", "b"),
            ("<a xmlns:xsi='urn:i' xsi:schemaLocation='u v'/>", "xsi:schemaLocation"),
            ("<a xml:space='preserve'/>", "xml:space"),
            ("<a xmlns:='1'/>", "(unnamed)"),
            ("<a xmlnsx='1'/>", "xmlnsx"),
            ("<a b90125678='1'/>", "(unnamed)"),
            ("<a><b xmlns='urn:x'></b></a>", "xmlns"),
        ] {
            assert_eq!(parse(text), Err(Fault::Attribute(FieldName::of(name))), "{text}");
        }
        for text in ["<a xmlns/>", "<a xmlns=x/>", "<a xmlns='x' xmlns='x'/>", "<a xmlns='<'/>", "<a xmlns='x/>"] {
            assert_eq!(parse(text), Err(Fault::Malformed), "{text}");
        }
        let declared = |count| {
            let all: String = (0..count).map(|place| format!(" xmlns:n{place}='u'")).collect();
            format!("<a{all}/>")
        };
        assert!(parse(&declared(16)).is_ok());
        assert_eq!(parse(&declared(17)), Err(Fault::TooLarge));
        assert_eq!(parse(&declared(200_000)), Err(Fault::TooLarge));
    }

    #[test]
    fn a_body_comes_element_by_element() {
        let text = format!("<m><h>1</h><MessageBody>{}</MessageBody></m>", "<p><q>x</q></p>".repeat(1000));
        let mut seen = 0;
        let root = parse_xml_each(&text, Bounds { depth: 4, elements: 6 }, &mut |person| {
            assert_eq!((&*person.name, &*person.children[0].text), ("p", "x"));
            seen += 1;
            Ok(())
        });
        let root = root.unwrap();
        assert_eq!((seen, root.children.len(), root.children[1].children.len()), (1000, 2, 0));
        let mut left = 10;
        let stopped = parse_xml_each(&text, Bounds { depth: 4, elements: 6 }, &mut |_| {
            left -= 1;
            if left == 0 { Err(Fault::TooLarge) } else { Ok(()) }
        });
        assert_eq!((stopped, left), (Err(Fault::TooLarge), 0));
        let large = format!("<m><MessageBody><p>{}</p></MessageBody></m>", "<q/>".repeat(9));
        assert_eq!(parse_xml_each(&large, Bounds { depth: 4, elements: 6 }, &mut |_| Ok(())), Err(Fault::TooLarge));
    }

    #[test]
    fn size_is_bounded() {
        let deep = "<a>".repeat(10_000);
        assert_eq!(parse(&deep), Err(Fault::TooLarge));
        let wide = format!("<a>{}</a>", "<b/>".repeat(10_000));
        assert_eq!(parse(&wide), Err(Fault::TooLarge));
    }
}
