using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ModelMonitor.Host.Configuration;

/// <summary>The text is no YAML that this program reads. Nothing after it can be trusted, so it is the only fault.</summary>
internal sealed class YamlTreeException(Place place, string path, string message) : Exception(message)
{
    public ConfigurationFault Fault { get; } = new(place, path, message);
}

/// <summary>Reads one YAML document into <see cref="YamlNode"/>s that know their place.</summary>
/// <remarks>
/// Aliases are copied to where they are used, so that a fault names the path it concerns. Copies, depth and nodes are bounded: a
/// few lines of aliases of aliases would otherwise fill the memory.
/// </remarks>
internal sealed class YamlTree
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 100_000;

    private readonly string _text;
    private readonly Parser _parser;
    private readonly Func<Mark, Place> _placeOf;
    private readonly Dictionary<AnchorName, YamlNode?> _anchors = [];
    private int _nodes;

    private YamlTree(string text, Func<Mark, Place> placeOf)
    {
        _text = text;
        _parser = new Parser(new StringReader(text));
        _placeOf = placeOf;
    }

    /// <summary>The document of a file; an empty one is an empty mapping.</summary>
    /// <exception cref="YamlTreeException">Bad YAML, a repeated key, an anchor inside itself, more than one document.</exception>
    public static YamlNode Parse(string text, string source) =>
        new YamlTree(text, mark => new Place(source, (int)mark.Line, (int)mark.Column)).Document("")
            ?? new YamlMapping(new Place(source, 1, 1), "");

    /// <summary>A value given elsewhere, for example by an environment variable: every node of it has that one place.</summary>
    /// <exception cref="YamlTreeException">As <see cref="Parse"/>.</exception>
    public static YamlNode ParseValue(string text, Place place, string path) =>
        new YamlTree(text, _ => place).Document(path) ?? new YamlScalar(place, path, "", plain: true);

    private YamlNode? Document(string path)
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (_parser.TryConsume<StreamEnd>(out _))
                return null;
            _parser.Consume<DocumentStart>();
            var root = Node(path, depth: 0);
            _parser.Consume<DocumentEnd>();
            if (!_parser.TryConsume<StreamEnd>(out _))
                throw Fault(_parser.Current!.Start, path, "must hold one document, found a second one");
            return root.IsNull ? null : root;
        }
        catch (YamlException error)
        {
            throw Fault(TabBehind(error) ?? error.Start, path, $"is not valid YAML: {error.Message}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // The parser trips over some malformed texts instead of refusing them; what it read last is as close as one gets.
            throw Fault(_parser.Current?.End ?? new Mark(0, 1, 1), path, "is not valid YAML from here on");
        }
    }

    private YamlNode Node(string path, int depth)
    {
        var start = _parser.Current is null && !_parser.MoveNext() ? Mark.Empty : _parser.Current!.Start;
        if (depth > MaxDepth)
            throw Fault(start, path, $"is nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes)
            throw Fault(start, path, $"holds more than {MaxNodes} values");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return Aliased(alias, path, depth);

        if (_parser.Current is not NodeEvent head)
            throw Fault(start, path, "is not valid YAML: a value is missing");
        var text = !head.Tag.IsEmpty && head.Tag.Value == "tag:yaml.org,2002:str";
        if (!head.Tag.IsEmpty && !head.Tag.IsNonSpecific && !text)
            throw Fault(start, path, $"carries the tag '{head.Tag.Value}'; tags are not used here");
        if (!head.Anchor.IsEmpty)
            _anchors[head.Anchor] = null;
        YamlNode node = head switch
        {
            Scalar => Value(path, text),
            SequenceStart => Sequence(path, depth),
            _ => Mapping(path, depth),
        };
        if (!head.Anchor.IsEmpty)
            _anchors[head.Anchor] = node;
        return node;
    }

    private YamlScalar Value(string path, bool text)
    {
        var scalar = _parser.Consume<Scalar>();
        return new(_placeOf(scalar.Start), path, scalar.Value, plain: scalar.Style == ScalarStyle.Plain && !text);
    }

    private YamlSequence Sequence(string path, int depth)
    {
        var start = _parser.Consume<SequenceStart>().Start;
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node($"{path}[{items.Count}]", depth + 1));
        return new(_placeOf(start), path, items);
    }

    private YamlMapping Mapping(string path, int depth)
    {
        var mapping = new YamlMapping(_placeOf(_parser.Consume<MappingStart>().Start), path);
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
                throw Fault(_parser.Current!.Start, path, "a key must be a single value");
            var place = _placeOf(key.Start);
            var inner = YamlNode.Join(path, key.Value);
            if (!seen.TryAdd(key.Value, place))
                throw Fault(key.Start, inner, $"is given twice, the first time at {seen[key.Value]}");
            mapping.Set(new(key.Value, place, Node(inner, depth + 1)));
        }

        return mapping;
    }

    private YamlNode Aliased(AnchorAlias alias, string path, int depth)
    {
        if (!_anchors.TryGetValue(alias.Value, out var node))
            throw Fault(alias.Start, path, $"there is no anchor &{alias.Value} before *{alias.Value} (a text that begins with * needs quotes)");
        return node is null ? throw Fault(alias.Start, path, $"the anchor &{alias.Value} is used inside itself") : Copy(node, path, depth);
    }

    private YamlNode Copy(YamlNode node, string path, int depth)
    {
        if (++_nodes > MaxNodes || depth > MaxDepth)
            throw new YamlTreeException(node.Place, path, "holds more values, by aliases of aliases, than a configuration can need");
        switch (node)
        {
            case YamlScalar scalar:
                return new YamlScalar(scalar.Place, path, scalar.Text, scalar.Plain);
            case YamlSequence sequence:
                return new YamlSequence(sequence.Place, path, [.. sequence.Items.Select((item, at) => Copy(item, $"{path}[{at}]", depth + 1))]);
            default:
                var copy = new YamlMapping(node.Place, path);
                foreach (var entry in ((YamlMapping)node).Entries)
                    copy.Set(entry with { Value = Copy(entry.Value, YamlNode.Join(path, entry.Key), depth + 1) });
                return copy;
        }
    }

    private YamlTreeException Fault(Mark at, string path, string message) => new(_placeOf(at), path, message);

    /// <summary>The first tab that indents a line, where the parser complains of one: it names the place where the mapping began.</summary>
    private Mark? TabBehind(YamlException error)
    {
        if (!error.Message.Contains("tab as indentation", StringComparison.Ordinal))
            return null;
        var lines = _text.Split('\n');
        var line = Array.FindIndex(lines, line => line.AsSpan(0, line.Length - line.AsSpan().TrimStart().Length).Contains('\t'));
        return line < 0 ? null : new Mark(0, line + 1, lines[line].IndexOf('\t', StringComparison.Ordinal) + 1);
    }
}
