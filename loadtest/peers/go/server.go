// Answers single lookups by card number with net/http and pgx. ../README.md says how it is started and what it leaves out.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v4/pgxpool"
)

const connections = 16

var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

type server struct {
	pool        *pgxpool.Pool
	lookup, log string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuse(w, http.StatusMethodNotAllowed, errors.New("only POST is answered here"))
		return
	}
	asked, err := parse(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	answer, err := s.answer(r.Context(), asked)
	if err != nil {
		log.Printf("a request failed: %v", err)
		refuse(w, http.StatusInternalServerError, errors.New("the question could not be answered"))
		return
	}
	send(w, http.StatusOK, answer)
}

func (s *server) answer(ctx context.Context, asked *asked) (*answer, error) {
	rows, err := s.read(ctx, asked)
	if err != nil {
		return nil, err
	}
	validity, row := decide(rows, asked.info.InsuredBranchNumber, asked.day)
	var person *int64
	if row != nil {
		person = &row.person
	}
	if _, err := s.pool.Exec(ctx, s.log, asked.header.MedicalInstitutionCode, person, validity); err != nil {
		return nil, err
	}
	return newAnswer(asked, validity, row, time.Now().In(tokyo).Format("20060102150405"))
}

func (s *server) read(ctx context.Context, asked *asked) ([]*coverage, error) {
	rows, err := s.pool.Query(ctx, s.lookup, asked.searchKey(), asked.birth)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*coverage
	for rows.Next() {
		c := new(coverage)
		err := rows.Scan(&c.person, &c.acquired, &c.lost, &c.lossReason, &c.cardClass, &c.insurer, &c.insurerName, &c.symbol,
			&c.number, &c.branch, &c.relationship, &c.insuredName, &c.name, &c.otherName, &c.kana, &c.otherKana, &c.sex,
			&c.sexOnBack, &c.birth, &c.address, &c.postNumber, &c.cardIssued, &c.cardFrom, &c.cardThrough, &c.ratios,
			&c.elderly, &c.limits)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

func send(w http.ResponseWriter, status int, content any) {
	body, err := json.Marshal(content)
	if err != nil {
		log.Printf("an answer could not be written: %v", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// The client may have gone.
	_, _ = w.Write(body)
}

func refuse(w http.ResponseWriter, status int, reason error) {
	send(w, status, map[string]string{"error": reason.Error()})
}

func run(ctx context.Context) error {
	var statements [3]string
	for i, name := range []string{"schema.sql", "lookup.sql", "log.sql"} {
		text, err := os.ReadFile(filepath.Join(os.Getenv("PEER_SQL"), name))
		if err != nil {
			return err
		}
		statements[i] = string(text)
	}
	// The connection comes from PGHOST, PGUSER and so on.
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return err
	}
	config.MaxConns, config.MinConns = connections, connections
	pool, err := pgxpool.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("the database cannot be used: %w", err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, statements[0]); err != nil {
		return fmt.Errorf("the database cannot be used: %w", err)
	}

	certificate, err := tls.LoadX509KeyPair(os.Getenv("PEER_CERT"), os.Getenv("PEER_KEY"))
	if err != nil {
		return err
	}
	clients := x509.NewCertPool()
	authority, err := os.ReadFile(os.Getenv("PEER_CLIENT_CA"))
	if err != nil {
		return err
	}
	if !clients.AppendCertsFromPEM(authority) {
		return fmt.Errorf("PEER_CLIENT_CA holds no certificate")
	}
	port := os.Getenv("PEER_PORT")
	if port == "" {
		port = "0"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("/oqs/OQSsiquc01", &server{pool, statements[1], statements[2]})
	web := &http.Server{
		Handler: routes,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		},
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       75 * time.Second,
	}
	ended := make(chan error, 1)
	go func() { ended <- web.ServeTLS(listener, "", "") }()
	fmt.Printf("ready: %d\n", listener.Addr().(*net.TCPAddr).Port)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return web.Shutdown(patience)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}
