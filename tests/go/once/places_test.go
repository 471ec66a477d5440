package once_test

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"hookseal.invalid/go/once"
)

// How long a test waits before it fails.
const wait = 30 * time.Second

// place is where a store is, so that other processes can open it too.
type place struct {
	kind, source string
}

// driver is the name of the driver for database/sql.
func (p place) driver() string {
	switch p.kind {
	case "postgres":
		return "pgx"
	case "pq":
		return "postgres"
	}
	return "sqlite"
}

func (p place) db(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.driver(), p.source)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func (p place) open(t testing.TB) once.Store {
	t.Helper()
	switch p.kind {
	case "memory":
		return &once.Memory{}
	case "sqlite":
		return &once.SQLite{DB: p.db(t)}
	default:
		return &once.Postgres{DB: p.db(t)}
	}
}

// empty is an empty store of this kind.
func empty(t testing.TB, kind string) place {
	t.Helper()
	switch kind {
	case "sqlite":
		return place{kind, "file:" + filepath.Join(t.TempDir(), "once.db")}
	case "postgres", "pq":
		p := place{kind, address(postgres(t))}
		_, err := p.db(t).Exec("DROP TABLE IF EXISTS hookseal_once, hookseal_once_store, effects")
		check(t, err)
		return p
	}
	return place{kind: kind}
}

// each runs a test on an empty store of each kind, and of each that processes share.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("memory", func(t *testing.T) { test(t, empty(t, "memory")) })
	eachShared(t, test)
}

func eachShared(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("sqlite", func(t *testing.T) { test(t, empty(t, "sqlite")) })
	t.Run("postgres", func(t *testing.T) { test(t, empty(t, "postgres")) })
}

func address(port int) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=hookseal dbname=postgres sslmode=disable connect_timeout=2", port)
}

// server is the PostgreSQL that the tests share. It ends with the tests, however they end: keeper waits for the end of
// its standard input.
var server struct {
	once   sync.Once
	port   int
	stop   func()
	failed error
}

const keeper = `folder=$1; shift; "$@" >/dev/null 2>&1 & server=$!
cat >/dev/null; kill -9 $server; wait $server; rm -rf "$folder"`

func postgres(t testing.TB) int {
	t.Helper()
	server.once.Do(func() { server.port, server.stop, server.failed = startPostgres() })
	check(t, server.failed)
	return server.port
}

func startPostgres() (port int, stop func(), err error) {
	// Not below a folder that another user cannot enter.
	folder, err := os.MkdirTemp("", "hookseal-go-")
	if err != nil {
		return 0, nil, err
	}
	credential, err := otherUser(folder)
	if err != nil {
		return 0, nil, err
	}
	data := filepath.Join(folder, "data")
	initdb, err := program("initdb")
	if err != nil {
		return 0, nil, err
	}
	init := exec.Command(initdb, "-D", data, "-U", "hookseal", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	init.Dir, init.SysProcAttr = folder, credential
	if output, err := init.CombinedOutput(); err != nil {
		return 0, nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	postgres, err := program("postgres")
	if err != nil {
		return 0, nil, err
	}
	port = freePort()
	command := exec.Command("sh", "-c", keeper, "sh", folder, postgres, "-D", data, "-p", strconv.Itoa(port),
		"--listen_addresses=127.0.0.1", "--unix_socket_directories="+folder, "--max_connections=300", "--fsync=off")
	command.Dir, command.SysProcAttr = folder, credential
	input, err := command.StdinPipe()
	if err != nil {
		return 0, nil, err
	}
	if err := command.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() {
		input.Close()
		command.Wait()
	}
	db, err := sql.Open("pgx", address(port))
	if err != nil {
		return 0, nil, err
	}
	defer db.Close()
	for end := time.Now().Add(wait); ; time.Sleep(20 * time.Millisecond) {
		if err = db.Ping(); err == nil || time.Now().After(end) {
			return port, stop, err
		}
	}
}

// program is a program of PostgreSQL, on PATH or where Debian has it.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", fmt.Errorf("%s is not installed: `cargo xtask test go` installs it", name)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}

// otherUser is for PostgreSQL, which refuses to run as root. The folder becomes that user's.
func otherUser(folder string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(found.Uid)
		gid, _ := strconv.Atoi(found.Gid)
		credential := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return &syscall.SysProcAttr{Credential: credential}, os.Chown(folder, uid, gid)
	}
	return nil, fmt.Errorf("there is no user who is not root")
}

// freePort is a port that nobody uses now.
func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestMain(m *testing.M) {
	if words := os.Getenv("HOOKSEAL_CLAIMER"); words != "" {
		claimer(words)
		return
	}
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}
