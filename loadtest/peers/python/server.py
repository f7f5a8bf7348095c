"""Answers single lookups by card number with FastAPI and asyncpg. ../README.md says how it is started and what it leaves out."""

import asyncio
import json
import os
import ssl
import sys
import unicodedata
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from uvicorn import Config
from uvicorn.supervisors import Multiprocess

WORKERS = 2
CONNECTIONS = 16
TOKYO = timezone(timedelta(hours=9))
SCHEMA, LOOKUP, LOG = ((Path(os.environ["PEER_SQL"]) / name).read_text() for name in ("schema.sql", "lookup.sql", "log.sql"))
LIMIT_CATEGORIES = dict(zip(
    (1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20),
    "A01 A02 A03 A04 A05 A06 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10".split(),
))


def to_date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def check_date(text: str) -> str:
    to_date(text)
    return text


Day = Annotated[str, StringConstraints(pattern=r"^(18|19|20)[0-9]{6}$"), AfterValidator(check_date)]
CardText = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,20}$")]
FreeText = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,50}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchInfo(Strict):
    InsurerNumber: Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{8})$")]
    InsuredCardSymbol: CardText | None = None
    InsuredIdentificationNumber: CardText
    InsuredBranchNumber: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    Birthdate: Day
    LimitApplicationCertificateRelatedConsFlg: Annotated[str, StringConstraints(pattern="^[01]$")]
    ArbitraryIdentifier: FreeText | None = None


class Header(Strict):
    QualificationConfirmationDate: Day
    MedicalInstitutionCode: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
    ArbitraryFileIdentifier: FreeText | None = None


class Body(Strict):
    QualificationConfirmSearchInfo: SearchInfo


class Message(Strict):
    MessageHeader: Header
    MessageBody: Body


class Question(Strict):
    XmlMsg: Message


def fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def search_key(info: SearchInfo) -> str:
    insurer, number = info.InsurerNumber, fold(info.InsuredIdentificationNumber)
    if len(insurer) == 8:
        insurer = insurer.removeprefix("00")
    if number.isascii() and number.isdigit():
        number = number.lstrip("0") or "0"
    return "\x1f".join((insurer, fold(info.InsuredCardSymbol or ""), number))


def day_text(day: date | str | None) -> str | None:
    return None if day is None else str(day).replace("-", "")


def shown(values: dict) -> dict:
    return {name: value for name, value in values.items() if value is not None}


def decide(rows: list, branch: str | None, day: date):
    """Returns validity and the row to show."""
    rows = [row for row in rows if branch is None or row["branch"] in (None, branch)]
    in_force = [row for row in rows if row["acquired_on"] <= day and (row["lost_on"] is None or day < row["lost_on"])]
    candidates = in_force or rows
    if not candidates:
        return 4, None
    if len({row["person_id"] for row in candidates}) > 1:
        return 5, None
    return (1 if in_force else 2), candidates[0]


def on_day(entries: str | None, day: date) -> dict | None:
    """Picks the certificate or ratio of the day; of several, the one that began last."""
    valid = [one for one in json.loads(entries or "[]") if one["valid_from"] <= str(day) <= one["valid_through"]]
    return max(valid, key=lambda one: one["valid_from"], default=None)


def record(row, valid: bool, day: date, consent: str, now: str) -> dict:
    lost = row["lost_on"] is not None and row["lost_on"] <= day
    ratio, elderly, limit = (
        on_day(row[name], day) if valid else None for name in ("ratios", "elderly_certificates", "limit_certificates")
    )
    return shown({
        "InsuredCardClassification": "A1" if row["card_class"] == 8 else f"{row['card_class']:02}",
        "InsurerNumber": row["insurer_number"].rjust(8),
        "InsuredCardSymbol": row["symbol"],
        "InsuredIdentificationNumber": row["number"],
        "InsuredBranchNumber": row["branch"],
        "PersonalFamilyClassification": row["relationship"] and str(row["relationship"]),
        "InsuredName": row["insured_name"],
        "Name": row["name"],
        "NameOfOther": row["other_name"],
        "NameKana": row["kana"],
        "NameOfOtherKana": row["other_kana"],
        "Sex1": str(row["sex"]),
        "Sex2": row["sex_on_back"] and str(row["sex_on_back"]),
        "Birthdate": day_text(row["birth_on"]),
        "Address": row["address"],
        "PostNumber": row["post_number"],
        "QualificationDate": day_text(row["acquired_on"]),
        "DisqualificationDate": day_text(row["lost_on"]) if lost else None,
        "InsuredCertificateIssuanceDate": day_text(row["card_issued_on"]),
        "InsuredCardValidDate": day_text(row["card_valid_from"]),
        "InsuredCardExpirationDate": day_text(row["card_valid_through"]),
        "InsuredPartialContributionRatio": ratio and f"0{ratio['tenths']}0",
        "ReasonOfLoss": f"{row['loss_reason']:02}" if lost else None,
        "InsurerName": row["insurer_name"],
        "ElderlyRecipientCertificateInfo": elderly and shown({
            "ElderlyRecipientCertificateDate": day_text(elderly["issued_on"]),
            "ElderlyRecipientValidStartDate": day_text(elderly["valid_from"]),
            "ElderlyRecipientValidEndDate": day_text(elderly["valid_through"]),
            "ElderlyRecipientContributionRatio": f"0{elderly['tenths']}0",
        }),
        "LimitApplicationCertificateRelatedConsFlg": consent,
        "LimitApplicationCertificateRelatedConsTime": now if consent == "1" else None,
        "LimitApplicationCertificateRelatedInfo": shown({
            "LimitApplicationCertificateClassification": f"{limit['kind']:02}",
            "LimitApplicationCertificateClassificationFlag": LIMIT_CATEGORIES[limit["category"]],
            "LimitApplicationCertificateDate": day_text(limit["issued_on"]),
            "LimitApplicationCertificateValidStartDate": day_text(limit["valid_from"]),
            "LimitApplicationCertificateValidEndDate": day_text(limit["valid_through"]),
            "LimitApplicationCertificateLongTermDate": day_text(limit["long_stay_on"]),
        }) if limit and consent == "1" else None,
    })


async def keep_session(connection: asyncpg.Connection) -> None:
    """Replaces asyncpg's reset of a returned connection, one more round trip: no session here changes any setting."""


@asynccontextmanager
async def lifespan(app: FastAPI):
    size = CONNECTIONS // WORKERS
    async with asyncpg.create_pool(min_size=size, max_size=size, reset=keep_session) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)


@app.exception_handler(RequestValidationError)
async def refused(_: Request, error: RequestValidationError) -> Response:
    reasons = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return JSONResponse({"error": "; ".join(reasons)}, status_code=400)


@app.post("/oqs/OQSsiquc01")
async def lookup(question: Question) -> Response:
    header, info = question.XmlMsg.MessageHeader, question.XmlMsg.MessageBody.QualificationConfirmSearchInfo
    day = to_date(header.QualificationConfirmationDate)
    now = datetime.now(TOKYO).strftime("%Y%m%d%H%M%S")
    async with app.state.pool.acquire() as connection:
        rows = await connection.fetch(LOOKUP, search_key(info), to_date(info.Birthdate))
        validity, row = decide(rows, info.InsuredBranchNumber, day)
        await connection.execute(LOG, header.MedicalInstitutionCode, row and row["person_id"], validity)
    body = {
        "QualificationConfirmSearchInfo": info.model_dump(exclude_none=True),
        "ProcessingResultStatus": "1",
        "QualificationValidity": str(validity),
    }
    if row:
        found = record(row, validity == 1, day, info.LimitApplicationCertificateRelatedConsFlg, now)
        body["ResultList"] = [{"ResultOfQualificationConfirmation": found}]
    answer = {"XmlMsg": {"MessageHeader": shown({
        "ProcessExecutionTime": now,
        "QualificationConfirmationDate": header.QualificationConfirmationDate,
        "MedicalInstitutionCode": header.MedicalInstitutionCode,
        "ArbitraryFileIdentifier": header.ArbitraryFileIdentifier,
        "ReferenceClassification": "2",
        "SegmentOfResult": "1",
        "CharacterCodeIdentifier": "0",
    }), "MessageBody": body}}
    return Response(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), media_type="application/json")


async def make_schema() -> None:
    connection = await asyncpg.connect()
    await connection.execute(SCHEMA)
    await connection.close()


class Supervisor(Multiprocess):
    """uvicorn's own supervisor, which in addition says when every worker serves."""

    def init_processes(self) -> None:
        super().init_processes()
        if not all(process.wait_until_ready(timeout=60) for process in self.processes):
            self.terminate_all()
            sys.exit("the workers did not start")
        print(f"ready: {self.sockets[0].getsockname()[1]}", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(make_schema())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.exit(f"the database cannot be used: {error}")
    config = Config(
        "server:app", host="127.0.0.1", port=int(os.environ.get("PEER_PORT", "0")), workers=WORKERS, loop="uvloop",
        http="httptools", ws="none", access_log=False, log_level="warning", timeout_keep_alive=75, backlog=4096,
        timeout_graceful_shutdown=5, ssl_certfile=os.environ["PEER_CERT"], ssl_keyfile=os.environ["PEER_KEY"],
        ssl_ca_certs=os.environ["PEER_CLIENT_CA"], ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    Supervisor(config, sockets=[config.bind_socket()]).run()
