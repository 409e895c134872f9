using System.IO.Hashing;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core;

namespace ModelMonitor.Engine.Intake;

public static partial class ColumnReader
{
    /// <summary>Strings, numbers and truth values by their canonical text; null where null. Equal texts are one string.</summary>
    public static string?[] ReadStrings(IArrowArray column, string name)
    {
        ArgumentNullException.ThrowIfNull(column);
        CategoryColumn categories = ReadCategories(column, name, "strings");
        string?[] into = new string?[categories.Codes.Length];
        ReadOnlySpan<int> codes = categories.Codes.Span;
        for (int row = 0; row < into.Length; row++)
        {
            into[row] = codes[row] < 0 ? null : categories.Names[codes[row]];
        }

        return into;
    }

    /// <summary>Categories by their canonical text (see <see cref="LabelValue"/>): 1, 1.0 and "1" are one. Null and NaN have no category.</summary>
    public static CategoryColumn ReadCategories(IArrowArray column, string name)
    {
        ArgumentNullException.ThrowIfNull(column);
        return ReadCategories(column, name, "categories (strings, integers or truth values)");
    }

    /// <summary>
    /// Ids as 128-bit hashes (XxHash128) of their canonical text, so that the integer 508280 and the string "508280" are one id.
    /// 0 where null; a hash that happens to be 0 becomes 1.
    /// </summary>
    /// <exception cref="IntakeException">Neither strings nor integers: other numbers do not keep an id's digits.</exception>
    public static UInt128[] ReadIds(IArrowArray column, string name)
    {
        ArgumentNullException.ThrowIfNull(column);
        IArrowType type = column.Data.DataType is DictionaryType dictionary ? dictionary.ValueType : column.Data.DataType;
        return ArrowTypes.IsText(type) || ArrowTypes.IsInteger(type) || type.TypeId == ArrowTypeId.Null
            ? MapTexts(column.Data, name, "ids", absent: UInt128.Zero, HashId)
            : throw Unfit(name, "ids (strings or integers)", column.Data.DataType);
    }

    /// <summary>
    /// With a positive class: 1 where the label is it, else 0. Without one: the label as a number. NaN where null. In a column of truth
    /// values the class 1 is true and the class 0 false: 1 is what a positive class is by default, and no such column holds a 1.
    /// </summary>
    public static double[] ReadLabels(IArrowArray column, string name, LabelValue? positive)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (positive is { } wanted)
        {
            byte[] text = Encoding.UTF8.GetBytes(HoldsTruth(column.Data.DataType) ? TruthOf(wanted.Text) : wanted.Text);
            return MapTexts(column.Data, name, "labels", double.NaN, label => label.SequenceEqual(text) ? 1.0 : 0.0);
        }

        double[] into = new double[column.Length];
        ReadDoubles(column, name, into);
        return into;
    }

    internal static UInt128 HashId(ReadOnlySpan<byte> text)
    {
        UInt128 hash = XxHash128.HashToUInt128(text);
        return hash == UInt128.Zero ? UInt128.One : hash;
    }

    private static bool HoldsTruth(IArrowType type) => (type is DictionaryType dictionary ? dictionary.ValueType : type).TypeId == ArrowTypeId.Boolean;

    private static string TruthOf(string label) => label switch { "1" => LabelValue.From(true).Text, "0" => LabelValue.From(false).Text, _ => label };

    private static CategoryColumn ReadCategories(IArrowArray column, string name, string expected)
    {
        var names = new CategoryNames();
        int[] codes = MapTexts(column.Data, name, expected, absent: -1, names.CodeOf);
        return new CategoryColumn(codes, names.Names);
    }

    /// <summary>Applies a function to each row's canonical text.</summary>
    private static T[] MapTexts<T>(ArrayData data, string name, string expected, T absent, Func<ReadOnlySpan<byte>, T> map)
    {
        if (data.DataType is DictionaryType)
        {
            T[] expanded = new T[data.Length];
            Expand(data, name, expanded.AsSpan(), absent, values => MapTexts(values, name, expected, absent, map));
            return expanded;
        }

        if (!ScalarText.Reads(data.DataType))
        {
            throw Unfit(name, expected, data.DataType);
        }

        var texts = new ScalarText(data, name);
        Span<byte> scratch = stackalloc byte[ScalarText.ScratchSize];
        T[] into = new T[data.Length];
        for (int row = 0; row < into.Length; row++)
        {
            into[row] = texts.TryGet(row, scratch, out ReadOnlySpan<byte> text) ? map(text) : absent;
        }

        return into;
    }
}
