using System.Globalization;
using System.Text;

namespace ModelMonitor.Host.Scoring;

/// <summary>What a TensorProto of onnx.proto says, its elements in one piece.</summary>
internal sealed record TensorFields(string Name, int Type, long Elements, byte[]? Data, ExternalData? External)
{
    private const int Dimensions = 1, DataType = 2, Floats = 4, Integers = 5, NameOf = 8, Raw = 9, Doubles = 10, ExternalEntry = 13, Location = 14;

    /// <exception cref="InvalidDataException">The bytes are no tensor.</exception>
    public static TensorFields Read(ReadOnlySpan<byte> tensor)
    {
        var (name, type, elements, external) = ("", 0, 1L, false);
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> sizes = [], halves = [];
        using var data = new MemoryStream();
        var fields = new ProtoWalk(tensor);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case Dimensions: fields.ReadIntegers(sizes, Text); break;
                case DataType: type = (int)fields.Number; break;
                case NameOf: name = Encoding.UTF8.GetString(fields.Bytes); break;
                case Raw: data.Write(fields.Bytes); break;
                case Floats or Doubles: fields.CopyFixed(data); break;
                case Integers: fields.ReadIntegers(halves, Text); break;
                case ExternalEntry: ReadEntry(fields.Bytes, entries); break;
                case Location: external = fields.Number == 1; break;
            }
        }

        // Float16 elements that are not raw lie in the integers, their bits one by one.
        if (type is WeightBytes.Half or WeightBytes.Brain)
            foreach (var half in halves) data.Write(BitConverter.GetBytes((ushort)long.Parse(half, CultureInfo.InvariantCulture)));
        foreach (var size in sizes) elements = checked(elements * long.Parse(size, CultureInfo.InvariantCulture));
        return new(name, type, elements, external ? null : data.ToArray(), external ? ExternalData.Of(entries) : null);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static void ReadEntry(ReadOnlySpan<byte> entry, Dictionary<string, string> entries)
    {
        var (key, value) = ("", "");
        var fields = new ProtoWalk(entry);
        while (fields.Next())
        {
            if (fields.Field == 1) key = Encoding.UTF8.GetString(fields.Bytes);
            else if (fields.Field == 2) value = Encoding.UTF8.GetString(fields.Bytes);
        }

        entries[key] = value;
    }
}

/// <summary>A tensor's elements in a file beside the model.</summary>
/// <param name="Length">Null: to the end of the file.</param>
internal sealed record ExternalData(string Location, long Offset, long? Length)
{
    public static ExternalData Of(Dictionary<string, string> entries) => new(
        entries.GetValueOrDefault("location", ""),
        long.TryParse(entries.GetValueOrDefault("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0,
        long.TryParse(entries.GetValueOrDefault("length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null);

    /// <summary>The elements; only from the model's folder or below, as ONNX demands.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public byte[] Read(string folder, long need)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, Location));
        if (Location.Length == 0 || !path.StartsWith(root, StringComparison.Ordinal)) throw new IOException($"'{Location}' is not in the model's folder");
        // A baseline that holds the message is carried to other machines: it names no folder.
        if (!File.Exists(path)) throw new IOException($"there is no file '{Location}'");
        using var file = File.OpenRead(path);
        if (Offset + need > file.Length || (Length is { } length && length < need)) throw new IOException($"'{Location}' is too short");
        if (need > Array.MaxLength) throw new IOException($"{need} bytes are too many");
        file.Position = Offset;
        var bytes = new byte[need];
        file.ReadExactly(bytes);
        return bytes;
    }
}
