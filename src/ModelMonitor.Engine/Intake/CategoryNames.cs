using System.Text;

namespace ModelMonitor.Engine.Intake;

/// <summary>Numbers distinct UTF-8 texts in the order in which they come, with one string for each.</summary>
internal sealed class CategoryNames
{
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _codes =
        new Dictionary<byte[], int>(Utf8Comparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly Dictionary<string, int> _byName = [];
    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    public int CodeOf(ReadOnlySpan<byte> text)
    {
        if (!_codes.TryGetValue(text, out int code))
        {
            // Different invalid UTF-8 decodes to the same replacement characters: one name, one code.
            string name = Encoding.UTF8.GetString(text);
            if (!_byName.TryGetValue(name, out code))
            {
                code = _names.Count;
                _byName.Add(name, code);
                _names.Add(name);
            }

            _codes[text] = code;
        }

        return code;
    }
}
