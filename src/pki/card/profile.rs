//! The profile of real card certificates (security.md §1.1), as far as the certificate library lacks it.

use rcgen::{CustomExtension, DistinguishedName, DnType, DnValue, Error};
use yasna::models::ObjectIdentifier;
use yasna::{DERWriter, Tag};

/// The organisation in every simulated root; real roots name `JPKI`, real test roots `JPKI-TEST`.
const ORGANISATION: &str = "SHIKAKU TEST JPKI";
const PURPOSE: &str = "JPKI for user authentication";

/// The policy of real test cards. A server that trusts test roots accepts it; a server that trusts real roots does not.
const POLICY: &[u64] = &[1, 2, 392, 200_149, 8, 5, 1, 0, 30];

/// Returns the name of every generation of the CA. The second organisational unit is added by the bare identifier of the same
/// attribute, because the library keeps one value for each attribute.
pub(super) fn authority_name() -> Result<DistinguishedName, Error> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into()?));
    name.push(DnType::OrganizationName, ORGANISATION);
    name.push(DnType::OrganizationalUnitName, PURPOSE);
    name.push(DnType::CustomDnType(vec![2, 5, 4, 11]), "SHIKAKU TEST card CA");
    Ok(name)
}

/// Returns the name of a card's holder: a country and an opaque text that does not identify the person.
pub(super) fn holder_name(opaque: &str) -> Result<DistinguishedName, Error> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into()?));
    name.push(DnType::CommonName, opaque);
    Ok(name)
}

/// Returns the extensions of a card certificate besides key usage and extended key usage, in the order of real ones.
pub(super) fn extensions(issuer_key_id: &[u8], issuer_serial: &[u8]) -> Vec<CustomExtension> {
    vec![policies(), issuer_alternative_name(), distribution_points(), ocsp(), authority_key(issuer_key_id, issuer_serial)]
}

/// Returns the policies; they are critical, so that general verifiers refuse card certificates.
fn policies() -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence_of(|policies| {
            policies.next().write_sequence(|policy| {
                policy.next().write_oid(&ObjectIdentifier::from_slice(POLICY));
                policy.next().write_sequence_of(|qualifiers| {
                    qualifiers.next().write_sequence(|qualifier| {
                        qualifier.next().write_oid(&ObjectIdentifier::from_slice(&[1, 3, 6, 1, 5, 5, 7, 2, 1]));
                        qualifier.next().write_ia5_string("http://cps.shikaku-test.invalid/");
                    });
                });
            });
        });
    });
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], content);
    extension.set_criticality(true);
    extension
}

fn issuer_alternative_name() -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence_of(|names| {
            names.next().write_tagged(Tag::context(4), |writer| {
                name(
                    writer,
                    &[(10, "試験用公的個人認証サービス"), (11, "試験用利用者証明用"), (11, "ｓｈｉｋａｋｕ　ＴＥＳＴ")],
                );
            });
        });
    });
    CustomExtension::from_oid_content(&[2, 5, 29, 18], content)
}

/// Returns a name without an address: lists are looked up in a directory, one for each municipality.
fn distribution_points() -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence_of(|points| {
            points.next().write_sequence(|point| {
                point.next().write_tagged(Tag::context(0), |writer| {
                    writer.write_tagged_implicit(Tag::context(0), |writer| {
                        writer.write_sequence_of(|names| {
                            names.next().write_tagged(Tag::context(4), |writer| {
                                name(
                                    writer,
                                    &[
                                        (10, ORGANISATION),
                                        (11, PURPOSE),
                                        (11, "CRL Distribution Points"),
                                        (11, "Tokyo-to"),
                                        (3, "TEST CRLDP"),
                                    ],
                                );
                            });
                        });
                    });
                });
            });
        });
    });
    CustomExtension::from_oid_content(&[2, 5, 29, 31], content)
}

fn ocsp() -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence_of(|accesses| {
            accesses.next().write_sequence(|access| {
                access.next().write_oid(&ObjectIdentifier::from_slice(&[1, 3, 6, 1, 5, 5, 7, 48, 1]));
                access.next().write_tagged_implicit(Tag::context(6), |writer| {
                    writer.write_ia5_string("http://ocsp.shikaku-test.invalid/");
                });
            });
        });
    });
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], content)
}

/// Returns key identifier, name and serial number of the issuer.
fn authority_key(key_id: &[u8], serial: &[u8]) -> CustomExtension {
    let content = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_bytes(key_id));
            writer.next().write_tagged_implicit(Tag::context(1), |writer| {
                writer.write_sequence_of(|names| {
                    names.next().write_tagged(Tag::context(4), |writer| {
                        name(writer, &[(10, ORGANISATION), (11, PURPOSE), (11, "SHIKAKU TEST card CA")]);
                    });
                });
            });
            writer.next().write_tagged_implicit(Tag::context(2), |writer| writer.write_bigint_bytes(serial, true));
        });
    });
    CustomExtension::from_oid_content(&[2, 5, 29, 35], content)
}

/// Writes a name that begins with the country; every other attribute is `2.5.4.` and a number.
fn name(writer: DERWriter<'_>, attributes: &[(u64, &str)]) {
    let attribute = |set: &mut yasna::DERWriterSeq<'_>, number: u64, write: &dyn Fn(DERWriter<'_>)| {
        set.next().write_set(|set| {
            set.next().write_sequence(|pair| {
                pair.next().write_oid(&ObjectIdentifier::from_slice(&[2, 5, 4, number]));
                write(pair.next());
            });
        });
    };
    writer.write_sequence(|parts| {
        attribute(parts, 6, &|writer| writer.write_printable_string("JP"));
        for (number, text) in attributes {
            attribute(parts, *number, &|writer| writer.write_utf8_string(text));
        }
    });
}
