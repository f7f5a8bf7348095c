package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

type header struct {
	QualificationConfirmationDate *string
	MedicalInstitutionCode        *string
	ArbitraryFileIdentifier       *string
}

// searchInfo is read from the question, and repeated in the answer in this order.
type searchInfo struct {
	InsurerNumber                             *string `json:",omitempty"`
	InsuredCardSymbol                         *string `json:",omitempty"`
	InsuredIdentificationNumber               *string `json:",omitempty"`
	InsuredBranchNumber                       *string `json:",omitempty"`
	Birthdate                                 *string `json:",omitempty"`
	LimitApplicationCertificateRelatedConsFlg *string `json:",omitempty"`
	ArbitraryIdentifier                       *string `json:",omitempty"`
}

type question struct {
	XmlMsg struct {
		MessageHeader header
		MessageBody   struct{ QualificationConfirmSearchInfo searchInfo }
	}
}

// asked is a question whose elements have been checked.
type asked struct {
	header     header
	info       searchInfo
	day, birth time.Time
}

var (
	institution = regexp.MustCompile(`^[0-9]{10}$`)
	insurer     = regexp.MustCompile(`^([0-9]{6}|[0-9]{8})$`)
	cardText    = regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,20}$`)
	freeText    = regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,50}$`)
	branch      = regexp.MustCompile(`^[0-9]{2}$`)
	date        = regexp.MustCompile(`^(18|19|20)[0-9]{6}$`)
	flag        = regexp.MustCompile(`^[01]$`)
	digits      = regexp.MustCompile(`^[0-9]+$`)
)

func parse(body io.Reader) (*asked, error) {
	var q question
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		return nil, fmt.Errorf("the body must be a question in JSON: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the message")
	}
	header, info := q.XmlMsg.MessageHeader, q.XmlMsg.MessageBody.QualificationConfirmSearchInfo
	for _, element := range []struct {
		name     string
		text     *string
		form     *regexp.Regexp
		required bool
	}{
		{"QualificationConfirmationDate", header.QualificationConfirmationDate, date, true},
		{"MedicalInstitutionCode", header.MedicalInstitutionCode, institution, true},
		{"ArbitraryFileIdentifier", header.ArbitraryFileIdentifier, freeText, false},
		{"InsurerNumber", info.InsurerNumber, insurer, true},
		{"InsuredCardSymbol", info.InsuredCardSymbol, cardText, false},
		{"InsuredIdentificationNumber", info.InsuredIdentificationNumber, cardText, true},
		{"InsuredBranchNumber", info.InsuredBranchNumber, branch, false},
		{"Birthdate", info.Birthdate, date, true},
		{"LimitApplicationCertificateRelatedConsFlg", info.LimitApplicationCertificateRelatedConsFlg, flag, true},
		{"ArbitraryIdentifier", info.ArbitraryIdentifier, freeText, false},
	} {
		if element.text == nil && element.required {
			return nil, fmt.Errorf("%s is missing", element.name)
		}
		if element.text != nil && !element.form.MatchString(*element.text) {
			return nil, fmt.Errorf("%s must match %v", element.name, element.form)
		}
	}
	day, err := time.Parse("20060102", *header.QualificationConfirmationDate)
	if err != nil {
		return nil, fmt.Errorf("QualificationConfirmationDate: there is no such day")
	}
	birth, err := time.Parse("20060102", *info.Birthdate)
	if err != nil {
		return nil, fmt.Errorf("Birthdate: there is no such day")
	}
	return &asked{header, info, day, birth}, nil
}

func fold(text string) string {
	return strings.Join(strings.FieldsFunc(norm.NFKC.String(text), unicode.IsSpace), "")
}

func (a *asked) searchKey() string {
	insurer, symbol, number := *a.info.InsurerNumber, "", fold(*a.info.InsuredIdentificationNumber)
	if len(insurer) == 8 {
		insurer = strings.TrimPrefix(insurer, "00")
	}
	if a.info.InsuredCardSymbol != nil {
		symbol = fold(*a.info.InsuredCardSymbol)
	}
	if digits.MatchString(number) {
		number = strings.TrimLeft(number[:len(number)-1], "0") + number[len(number)-1:]
	}
	return insurer + "\x1f" + symbol + "\x1f" + number
}
