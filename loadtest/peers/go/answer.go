package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// coverage is a row of the lookup.
type coverage struct {
	person                                  int64
	acquired, birth                         time.Time
	lost, cardIssued, cardFrom, cardThrough *time.Time
	lossReason, relationship, sexOnBack     *int16
	cardClass, sex                          int16
	insurer, insurerName, number, name      string
	symbol, branch, insuredName, otherName  *string
	kana, otherKana, address, postNumber    *string
	ratios, elderly, limits                 []byte
}

// dated is a ratio or certificate in the JSON of PostgreSQL; dates are YYYY-MM-DD.
type dated struct {
	Kind         int     `json:"kind"`
	Category     int     `json:"category"`
	Tenths       int     `json:"tenths"`
	IssuedOn     *string `json:"issued_on"`
	ValidFrom    string  `json:"valid_from"`
	ValidThrough string  `json:"valid_through"`
	LongStayOn   *string `json:"long_stay_on"`
}

type answer struct {
	XmlMsg struct {
		MessageHeader struct {
			ProcessExecutionTime          string
			QualificationConfirmationDate *string
			MedicalInstitutionCode        *string
			ArbitraryFileIdentifier       *string `json:",omitempty"`
			ReferenceClassification       string
			SegmentOfResult               string
			CharacterCodeIdentifier       string
		}
		MessageBody struct {
			QualificationConfirmSearchInfo searchInfo
			ProcessingResultStatus         string
			QualificationValidity          string
			ResultList                     []result `json:",omitempty"`
		}
	}
}

type result struct{ ResultOfQualificationConfirmation *record }

type record struct {
	InsuredCardClassification                  string
	InsurerNumber                              string
	InsuredCardSymbol                          *string `json:",omitempty"`
	InsuredIdentificationNumber                string
	InsuredBranchNumber                        *string `json:",omitempty"`
	PersonalFamilyClassification               string  `json:",omitempty"`
	InsuredName                                *string `json:",omitempty"`
	Name                                       string
	NameOfOther                                *string `json:",omitempty"`
	NameKana                                   *string `json:",omitempty"`
	NameOfOtherKana                            *string `json:",omitempty"`
	Sex1                                       string
	Sex2                                       string `json:",omitempty"`
	Birthdate                                  string
	Address                                    *string `json:",omitempty"`
	PostNumber                                 *string `json:",omitempty"`
	QualificationDate                          string
	DisqualificationDate                       string `json:",omitempty"`
	InsuredCertificateIssuanceDate             string `json:",omitempty"`
	InsuredCardValidDate                       string `json:",omitempty"`
	InsuredCardExpirationDate                  string `json:",omitempty"`
	InsuredPartialContributionRatio            string `json:",omitempty"`
	ReasonOfLoss                               string `json:",omitempty"`
	InsurerName                                string
	ElderlyRecipientCertificateInfo            *elderlyInfo `json:",omitempty"`
	LimitApplicationCertificateRelatedConsFlg  string
	LimitApplicationCertificateRelatedConsTime string     `json:",omitempty"`
	LimitApplicationCertificateRelatedInfo     *limitInfo `json:",omitempty"`
}

type elderlyInfo struct {
	ElderlyRecipientCertificateDate   string `json:",omitempty"`
	ElderlyRecipientValidStartDate    string
	ElderlyRecipientValidEndDate      string
	ElderlyRecipientContributionRatio string
}

type limitInfo struct {
	LimitApplicationCertificateClassification     string
	LimitApplicationCertificateClassificationFlag string
	LimitApplicationCertificateDate               string `json:",omitempty"`
	LimitApplicationCertificateValidStartDate     string
	LimitApplicationCertificateValidEndDate       string
	LimitApplicationCertificateLongTermDate       string `json:",omitempty"`
}

var limitCategories = map[int]string{
	1: "A01", 2: "A02", 3: "A03", 4: "A04", 5: "A05", 6: "A06", 11: "B01", 12: "B02", 13: "B03", 14: "B04", 15: "B05",
	16: "B06", 17: "B07", 18: "B08", 19: "B09", 20: "B10",
}

// decide returns validity and the row to show.
func decide(rows []*coverage, branch *string, day time.Time) (int16, *coverage) {
	var matching, inForce []*coverage
	for _, row := range rows {
		if branch != nil && row.branch != nil && *row.branch != *branch {
			continue
		}
		matching = append(matching, row)
		if !row.acquired.After(day) && (row.lost == nil || day.Before(*row.lost)) {
			inForce = append(inForce, row)
		}
	}
	validity, candidates := int16(1), inForce
	if len(inForce) == 0 {
		validity, candidates = 2, matching
	}
	if len(candidates) == 0 {
		return 4, nil
	}
	for _, row := range candidates {
		if row.person != candidates[0].person {
			return 5, nil
		}
	}
	return validity, candidates[0]
}

func newAnswer(asked *asked, validity int16, row *coverage, now string) (*answer, error) {
	a := new(answer)
	header, body := &a.XmlMsg.MessageHeader, &a.XmlMsg.MessageBody
	header.ProcessExecutionTime = now
	header.QualificationConfirmationDate = asked.header.QualificationConfirmationDate
	header.MedicalInstitutionCode = asked.header.MedicalInstitutionCode
	header.ArbitraryFileIdentifier = asked.header.ArbitraryFileIdentifier
	header.ReferenceClassification, header.SegmentOfResult, header.CharacterCodeIdentifier = "2", "1", "0"
	body.QualificationConfirmSearchInfo = asked.info
	body.ProcessingResultStatus, body.QualificationValidity = "1", code(validity)
	if row != nil {
		record, err := newRecord(row, validity == 1, asked.day, *asked.info.LimitApplicationCertificateRelatedConsFlg, now)
		if err != nil {
			return nil, err
		}
		body.ResultList = []result{{record}}
	}
	return a, nil
}

func newRecord(row *coverage, valid bool, day time.Time, consent, now string) (*record, error) {
	r := &record{
		InsuredCardClassification:   twoDigits(int(row.cardClass)),
		InsurerNumber:               fmt.Sprintf("%8s", row.insurer),
		InsuredCardSymbol:           row.symbol,
		InsuredIdentificationNumber: row.number,
		InsuredBranchNumber:         row.branch,
		InsuredName:                 row.insuredName,
		Name:                        row.name,
		NameOfOther:                 row.otherName,
		NameKana:                    row.kana,
		NameOfOtherKana:             row.otherKana,
		Sex1:                        code(row.sex),
		Birthdate:                   dayText(&row.birth),
		Address:                     row.address,
		PostNumber:                  row.postNumber,
		QualificationDate:           dayText(&row.acquired),

		InsuredCertificateIssuanceDate: dayText(row.cardIssued),
		InsuredCardValidDate:           dayText(row.cardFrom),
		InsuredCardExpirationDate:      dayText(row.cardThrough),
		InsurerName:                    row.insurerName,

		LimitApplicationCertificateRelatedConsFlg: consent,
	}
	if row.cardClass == 8 {
		r.InsuredCardClassification = "A1"
	}
	if row.relationship != nil {
		r.PersonalFamilyClassification = code(*row.relationship)
	}
	if row.sexOnBack != nil {
		r.Sex2 = code(*row.sexOnBack)
	}
	if row.lost != nil && !row.lost.After(day) {
		r.DisqualificationDate, r.ReasonOfLoss = dayText(row.lost), twoDigits(int(*row.lossReason))
	}
	if consent == "1" {
		r.LimitApplicationCertificateRelatedConsTime = now
	}
	if !valid {
		return r, nil
	}
	var of [3]*dated
	for i, entries := range [][]byte{row.ratios, row.elderly, row.limits} {
		var err error
		if of[i], err = onDay(entries, day); err != nil {
			return nil, err
		}
	}
	ratio, elderly, limit := of[0], of[1], of[2]
	if ratio != nil {
		r.InsuredPartialContributionRatio = ratio.ratio()
	}
	if elderly != nil {
		r.ElderlyRecipientCertificateInfo = &elderlyInfo{
			isoText(elderly.IssuedOn), isoText(&elderly.ValidFrom), isoText(&elderly.ValidThrough), elderly.ratio(),
		}
	}
	if limit != nil && consent == "1" {
		r.LimitApplicationCertificateRelatedInfo = &limitInfo{
			twoDigits(limit.Kind), limitCategories[limit.Category], isoText(limit.IssuedOn), isoText(&limit.ValidFrom),
			isoText(&limit.ValidThrough), isoText(limit.LongStayOn),
		}
	}
	return r, nil
}

// onDay picks the certificate or ratio of the day; of several, the one that began last.
func onDay(entries []byte, day time.Time) (*dated, error) {
	if entries == nil {
		return nil, nil
	}
	var all []dated
	if err := json.Unmarshal(entries, &all); err != nil {
		return nil, err
	}
	var best *dated
	on := day.Format("2006-01-02")
	for i := range all {
		one := &all[i]
		if one.ValidFrom <= on && on <= one.ValidThrough && (best == nil || one.ValidFrom > best.ValidFrom) {
			best = one
		}
	}
	return best, nil
}

func (d *dated) ratio() string { return "0" + strconv.Itoa(d.Tenths) + "0" }

func code(value int16) string { return strconv.Itoa(int(value)) }

func twoDigits(value int) string { return fmt.Sprintf("%02d", value) }

func isoText(iso *string) string {
	if iso == nil {
		return ""
	}
	return strings.ReplaceAll(*iso, "-", "")
}

func dayText(day *time.Time) string {
	if day == nil {
		return ""
	}
	return day.Format("20060102")
}
