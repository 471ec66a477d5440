package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What examples of the manual use without declaring it.
const surroundings = `
var (
	mux      *http.ServeMux
	verifier *hookseal.Verifier
	w        http.ResponseWriter
	ctx      context.Context
	db       *sql.DB
)
`

func TestTheExamplesOfTheManualCompile(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "package", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	modules, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, requirements, _ := strings.Cut(string(modules), "\n\n")
	absolute, err := filepath.Abs("../package")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module manual\n\n"+strings.ReplaceAll(requirements, "../package", absolute))
	blocks := examples(string(manual))
	if len(blocks) < 5 {
		t.Fatalf("the manual has only %d examples", len(blocks))
	}
	onPages := 0
	for _, folder := range []string{"frameworks", "tutorials"} {
		pages, err := filepath.Glob(filepath.Join(os.Getenv("HOOKSEAL_DOCS"), folder, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range pages {
			page, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			onPage := examples(string(page))
			onPages += len(onPage)
			blocks = append(blocks, onPage...)
		}
	}
	if onPages < 3 {
		t.Fatalf("HOOKSEAL_DOCS must name the folder docs/ of the repository: its pages have %d examples", onPages)
	}
	for at, block := range blocks {
		write(fmt.Sprintf("example%d/main.go", at), program(block))
	}
	vet := exec.Command("go", "vet", "./...")
	vet.Dir = folder
	if output, err := vet.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
}

// examples are the blocks of Go in a page. The program of a tutorial, which has a title, is run by a test of its own.
func examples(page string) (blocks []string) {
	for _, block := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, block[1])
	}
	return blocks
}

// program makes a program of an example, which may be one, or declare functions, or be statements.
func program(example string) string {
	if strings.HasPrefix(example, "package ") {
		return example
	}
	imports := "import \"hookseal.invalid/go\"\n"
	for _, path := range []string{
		"context", "database/sql", "errors", "hookseal.invalid/go/once", "io", "log", "net/http", "os", "time",
	} {
		if name := filepath.Base(path); strings.Contains(surroundings+example, name+".") {
			imports += fmt.Sprintf("import %q\n", path)
		}
	}
	if !strings.HasPrefix(example, "func ") {
		example = "func example() {\nvar err error\n" + declared(example) + "_ = err\n}\n"
	}
	return "package main\n" + imports + surroundings + example + "func main() {}\n"
}

// declared uses every variable that statements declare.
func declared(statements string) string {
	for _, name := range regexp.MustCompile(`(?m)^(\w+), err := `).FindAllStringSubmatch(statements, -1) {
		statements += "_ = " + name[1] + "\n"
	}
	return statements
}
