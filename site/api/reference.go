// Prints what a package makes public, as JSON: names, declarations and documentation.
//
//	go run reference.go FOLDER
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type entry struct {
	Name    string  `json:"name"`
	Title   string  `json:"title,omitempty"`
	Code    string  `json:"code"`
	Doc     string  `json:"doc"`
	Members []entry `json:"members,omitempty"`
}

// A reference writes the documentation of one package. Each heading has its name, by its anchor.
type reference struct {
	files   *token.FileSet
	pkg     *doc.Package
	headed  map[string]string
	failure error
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string) error {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	r := &reference{files: token.NewFileSet(), headed: map[string]string{}}
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(r.files, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		parsed = append(parsed, file)
	}
	if r.pkg, err = doc.NewFromFiles(r.files, parsed, "hookseal"); err != nil {
		return err
	}
	page := struct {
		Doc   string  `json:"doc"`
		Items []entry `json:"items"`
	}{Items: r.items()}
	// Links lead to headings, which are known now.
	page.Items = r.items()
	page.Doc = r.markdown(r.pkg.Doc)
	if r.failure != nil {
		return r.failure
	}
	return json.NewEncoder(os.Stdout).Encode(page)
}

func (r *reference) items() []entry {
	var items []entry
	for _, f := range r.pkg.Funcs {
		items = append(items, r.function(f, f.Name))
	}
	// There are many types of events, and what receivers look up is not among them.
	slices.SortStableFunc(r.pkg.Types, func(a, b *doc.Type) int { return r.events(a) - r.events(b) })
	for _, t := range r.pkg.Types {
		item := r.item(t.Name, t.Decl, t.Doc)
		for _, value := range append(t.Consts, t.Vars...) {
			item.Members = append(item.Members, r.values(value, t.Name))
		}
		for _, f := range t.Funcs {
			item.Members = append(item.Members, r.function(f, f.Name))
		}
		for _, f := range t.Methods {
			item.Members = append(item.Members, r.function(f, t.Name+"."+f.Name))
		}
		items = append(items, item)
	}
	for _, value := range append(r.pkg.Consts, r.pkg.Vars...) {
		items = append(items, r.values(value, ""))
	}
	return items
}

// events is 1 for the types of events.
func (r *reference) events(t *doc.Type) int {
	if filepath.Base(r.files.Position(t.Decl.Pos()).Filename) == "events.go" {
		return 1
	}
	return 0
}

// One value has its own name; of several, the heading names what they have in common.
func (r *reference) values(value *doc.Value, typ string) entry {
	item := r.item(value.Names[0], value.Decl, value.Doc)
	if len(value.Names) > 1 {
		delete(r.headed, anchor(value.Names[0]))
		item.Title = strings.TrimSuffix("Values of "+typ, " of ")
	}
	return item
}

func (r *reference) function(f *doc.Func, name string) entry {
	f.Decl.Body = nil
	return r.item(name, f.Decl, f.Doc)
}

func (r *reference) item(name string, decl ast.Decl, documentation string) entry {
	switch decl := decl.(type) {
	case *ast.GenDecl:
		decl.Doc = nil
		// A declaration without parentheses has its comment here.
		if !decl.Lparen.IsValid() {
			switch spec := decl.Specs[0].(type) {
			case *ast.TypeSpec:
				spec.Doc = nil
			case *ast.ValueSpec:
				spec.Doc = nil
			}
		}
	case *ast.FuncDecl:
		decl.Doc = nil
	}
	var code bytes.Buffer
	if err := format.Node(&code, r.files, decl); err != nil && r.failure == nil {
		r.failure = fmt.Errorf("%s: %w", name, err)
	}
	if other, ok := r.headed[anchor(name)]; ok && other != name && r.failure == nil {
		r.failure = fmt.Errorf("%s and %s have one anchor", name, other)
	}
	r.headed[anchor(name)] = name
	return entry{Name: name, Code: code.String(), Doc: r.markdown(documentation)}
}

func (r *reference) markdown(text string) string {
	printer := r.pkg.Printer()
	printer.DocLinkURL = func(link *comment.DocLink) string {
		name := link.Name
		if link.Recv != "" {
			name = link.Recv + "." + link.Name
		}
		if link.ImportPath != "" || r.headed[anchor(name)] != name {
			return ""
		}
		return "#" + anchor(name)
	}
	return string(printer.Markdown(r.pkg.Parser().Parse(text)))
}

// anchor is what the site makes of a heading.
func anchor(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, ".", ""))
}
