namespace ModelMonitor.Engine.Intake;

/// <summary>Walks a schema's fields before the reader recurses into them.</summary>
internal ref struct SchemaGuard(ArrowLimits limits)
{
    // Members of the format's Type union that are not two buffers plus children.
    private const byte Null = 1, Binary = 4, Utf8 = 5, Struct = 13, Union = 14, FixedSizeList = 16, LargeBinary = 19, LargeUtf8 = 20,
        RunEndEncoded = 22, BinaryView = 23, Utf8View = 24, ListView = 25, LargeListView = 26;

    private int _fields;
    private int _nodes;
    private int _buffers;
    private int _variadic;
    private bool _vary;

    /// <exception cref="IntakeException">Big-endian, too deep, too many fields, or metadata out of bounds.</exception>
    public static SchemaShape Check(ref FlatReader flat, int schema, ArrowLimits limits)
    {
        if (flat.Int16(schema, 0) != 0)
        {
            flat.Fault("the data are big-endian; only little-endian Arrow is read");
        }

        var guard = new SchemaGuard(limits);
        (int start, int count) = flat.Vector(schema, 1, 4);
        guard.CountFields(ref flat, count);
        CheckMetadata(ref flat, schema, 2);
        int[] columns = new int[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = guard._nodes;
            guard.Walk(ref flat, flat.TableAt(start, i), depth: 1, counted: true);
        }

        return new SchemaShape(columns, guard._nodes, guard._buffers, guard._variadic, guard._vary);
    }

    /// <summary>Charges key–value metadata to the budget.</summary>
    public static void CheckMetadata(ref FlatReader flat, int table, int slot)
    {
        (int start, int count) = flat.Vector(table, slot, 4);
        for (int i = 0; i < count; i++)
        {
            int pair = flat.TableAt(start, i);
            flat.Vector(pair, 0, 1);
            flat.Vector(pair, 1, 1);
        }
    }

    /// <param name="counted">False below a dictionary: its values' fields have no nodes in a record batch.</param>
    private void Walk(ref FlatReader flat, int field, int depth, bool counted)
    {
        if (depth > limits.MaxDepth)
        {
            flat.Fault($"the schema is nested deeper than {limits.MaxDepth} levels");
        }

        flat.Vector(field, 0, 1);
        CheckMetadata(ref flat, field, 6);
        byte type = flat.Byte(field, 2);
        int typeTable = flat.Table(field, 3);
        if (type == Union && typeTable != 0)
        {
            flat.Vector(typeTable, 1, 4);
        }

        bool dictionary = flat.Table(field, 4) != 0;
        if (counted)
        {
            Count(dictionary ? (byte)0 : type);
        }

        (int start, int count) = flat.Vector(field, 5, 4);
        CountFields(ref flat, count);
        for (int i = 0; i < count; i++)
        {
            Walk(ref flat, flat.TableAt(start, i), depth + 1, counted && !dictionary);
        }
    }

    private void Count(byte type)
    {
        _nodes++;
        _vary |= type is Union or RunEndEncoded;
        _variadic += type is BinaryView or Utf8View ? 1 : 0;
        _buffers += type switch
        {
            Null => 0,
            Struct or FixedSizeList => 1,
            Binary or Utf8 or LargeBinary or LargeUtf8 or ListView or LargeListView => 3,
            _ => 2,
        };
    }

    private void CountFields(ref FlatReader flat, int more)
    {
        _fields += more;
        if (_fields > limits.MaxFields)
        {
            flat.Fault($"the schema has more than {limits.MaxFields} fields");
        }
    }
}
